import type { Role } from '@trainyard/shared';
import type { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import type { Request, Response } from '../http/request.js';
import type { Caller } from './caller.js';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What is said of a route before anything is parsed. */
export interface RouteFace {
  method: Method;
  /** Segments in braces are parameters; `{path}` at the end is all the rest of the path. */
  path: string;
  /** What it does, in one line that begins with a verb. */
  summary: string;
  /** The name of its function in clients that are generated from the OpenAPI document. */
  operationId: string;
  /** What a caller needs to know besides: whole sentences. */
  description?: string;
  /** The least role that may call it; `anyone` needs no token. */
  access: Role | 'anyone';
  /** Refuses with 404 what its query names; whatever has a parameter in its path does. */
  mayLack?: true;
  /** Refuses with 409 where the state of things is against what is asked. */
  mayConflict?: true;
  /** What it makes is named in the header `location`. */
  locates?: true;
  /** Of a stream: it goes on after the event that the header `Last-Event-ID` names. */
  goesOn?: true;
  /** Answers HEAD as well, with the headers that GET would have. */
  answersHead?: true;
}

/** An answer that says yes. */
export interface Success {
  status: number;
  description: string;
  /** Of a stream: its events, each with its data. */
  schema: z.ZodType;
  mediaType: 'application/json' | 'text/event-stream' | 'text/html' | 'application/octet-stream';
}

interface RouteSchemas {
  params: z.ZodType;
  query: z.ZodType;
  body: z.ZodType | undefined;
  /** The usual one first. */
  successes: readonly Success[];
}

/** What a handler gets: everything parsed, and who asks. */
export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  caller: Caller;
  /** The header `Idempotency-Key`, checked; undefined where none was sent. */
  idempotencyKey: string | undefined;
  request: Request;
}

export interface Answer<T> {
  /** The definition's `success` unless given. */
  status?: number;
  body: T;
  headers?: Record<string, string>;
  /** It is the first answer to the same request, which came with the same idempotency key. */
  isReplay?: boolean;
}

/** A route as data: its schemas parse what comes in and describe what goes out. */
export interface RouteDefinition<Params, Query, Body, Result, Other = never> extends RouteFace {
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  /** Left out for routes that take none. */
  body?: z.ZodType<Body>;
  result: z.ZodType<Result>;
  /** The status of success. */
  success: number;
  /** What else a success may be. */
  otherSuccess?: { status: number; description: string; result: z.ZodType<Other> };
  handle(cp: ControlPlane, call: Call<Params, Query, Body>): Promise<Answer<Result | Other>>;
}

/** A route that writes its own answer: a stream of server-sent events. */
export interface StreamingRoute<Params, Query> extends RouteFace {
  method: 'GET';
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  /** Of the data of each event. */
  events: z.ZodType;
  stream(cp: ControlPlane, call: Call<Params, Query, undefined>, response: Response): Promise<void>;
}

/** A route that sends a file, whole or in part. */
export interface DownloadRoute<Params, Query> extends RouteFace {
  method: 'GET';
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  send(cp: ControlPlane, call: Call<Params, Query, undefined>, response: Response): Promise<void>;
}

/** A route that answers with a page for people. */
export interface PageRoute<Params, Query> extends RouteFace {
  method: 'GET';
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  page(cp: ControlPlane, call: Call<Params, Query, undefined>): Promise<string>;
}

/** A route that takes a file as its body. */
export interface UploadRoute<Params, Query, Result> extends RouteFace {
  method: 'PUT';
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  /** What is larger is refused with 413. */
  maxBytes: number;
  result: z.ZodType<Result>;
  success: number;
  /** What else a success may be, with the same answer. */
  otherSuccess: { status: number; description: string };
  put(cp: ControlPlane, call: UploadCall<Params, Query>): Promise<Answer<Result>>;
}

interface UploadCall<Params, Query> extends Call<Params, Query, undefined> {
  /** The file. */
  content: Buffer;
}

/** A route as the router and the OpenAPI document know it. */
export interface Route extends RouteFace {
  schemas: RouteSchemas;
  /** Of a route whose body is a file: how large that may be. */
  upload?: { maxBytes: number };
  /** Segments; a parameter has its name in `parameter`. */
  segments: readonly { text: string; parameter?: string }[];
  run(cp: ControlPlane, incoming: Incoming, response: Response): Promise<void>;
}

/** A request as the router hands it on, not parsed yet. */
export interface Incoming {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** The body of a route whose body is a file; empty for all others. */
  content: Buffer;
  caller: Caller;
  request: Request;
}

export function segmentsOf(path: string): Route['segments'] {
  return path
    .split('/')
    .slice(1)
    .map((text) => (text.startsWith('{') ? { text, parameter: text.slice(1, -1) } : { text }));
}
