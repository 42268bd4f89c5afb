import type { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import type { Request, Response } from '../http/answers.js';

/** What a handler gets: everything parsed, and who asks. */
export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  caller: string;
  request: Request;
}

export interface Answer<T> {
  status: number;
  body: T;
  headers?: Record<string, string>;
}

/** A route as data: its schemas parse what comes in and describe what goes out. */
export interface RouteDefinition<Params, Query, Body, Result> {
  method: 'GET' | 'POST';
  /** Segments in braces are parameters. */
  path: string;
  summary: string;
  params: z.ZodType<Params>;
  query: z.ZodType<Query>;
  /** Left out for routes that take none. */
  body?: z.ZodType<Body>;
  result: z.ZodType<Result>;
  handle(cp: ControlPlane, call: Call<Params, Query, Body>): Promise<Answer<Result>>;
}

/** A route that writes its own answer, such as a stream. */
export interface StreamingRoute<Params> {
  method: 'GET';
  path: string;
  summary: string;
  params: z.ZodType<Params>;
  stream(cp: ControlPlane, params: Params, response: Response): Promise<void>;
}

export interface Route {
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  /** Segments; a parameter has its name in `parameter`. */
  segments: readonly { text: string; parameter?: string }[];
  run(cp: ControlPlane, incoming: Incoming, response: Response): Promise<void>;
}

/** A request as the router hands it on, not parsed yet. */
export interface Incoming {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  caller: string;
  request: Request;
}

export function segmentsOf(path: string): Route['segments'] {
  return path
    .split('/')
    .slice(1)
    .map((text) => (text.startsWith('{') ? { text, parameter: text.slice(1, -1) } : { text }));
}
