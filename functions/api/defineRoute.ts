import { sendJson } from '../http/answers.js';
import { DomainError } from '../errors/domainError.js';
import { parseSent } from '../errors/parseSent.js';
import { z } from 'zod';
import {
  segmentsOf,
  type DownloadRoute,
  type Incoming,
  type PageRoute,
  type Route,
  type RouteDefinition,
  type RouteFace,
  type StreamingRoute,
  type Success,
  type UploadRoute,
} from './route.js';

/** Says that an answer is that of before. */
const REPLAYED = 'idempotency-replayed';

/** Makes a route of its definition: parse, handle, answer. */
export function defineRoute<P, Q, B, R, O = never>(definition: RouteDefinition<P, Q, B, R, O>): Route {
  const { params, query, body, success } = definition;
  return {
    ...faceOf(definition),
    schemas: { params, query, body, successes: successesOf(definition) },
    async run(cp, incoming, response) {
      const answer = await definition.handle(cp, {
        ...parsed(definition, incoming),
        // A route without a body schema has no body: its handler's type says so.
        body: body ? parseSent(body, incoming.body, 'body') : (undefined as B),
      });
      sendJson(response, answer.status ?? success, answer.body, {
        ...answer.headers,
        ...(answer.isReplay && { [REPLAYED]: 'true' }),
      });
    },
  };
}

export function defineStream<P, Q>(definition: StreamingRoute<P, Q>): Route {
  const { summary, params, query, events } = definition;
  const success = {
    status: 200,
    description: summary,
    schema: events,
    mediaType: 'text/event-stream',
  } as const;
  return {
    ...faceOf(definition),
    schemas: { params, query, body: undefined, successes: [success] },
    run: (cp, incoming, response) =>
      definition.stream(cp, { ...parsed(definition, incoming), body: undefined }, response),
  };
}

/** The bytes of a file, which is JSON or text as well where its content type says so. */
const fileSchema = z.string().meta({ format: 'binary', examples: ['…'] });

export function defineDownload<P, Q>(definition: DownloadRoute<P, Q>): Route {
  const { summary, params, query } = definition;
  const file = { schema: fileSchema, mediaType: 'application/octet-stream' } as const;
  const successes = [
    { status: 200, description: summary, ...file },
    { status: 206, description: 'The part that the header `Range` names.', ...file },
  ];
  return {
    ...faceOf(definition),
    answersHead: true,
    schemas: { params, query, body: undefined, successes },
    run: (cp, incoming, response) =>
      definition.send(cp, { ...parsed(definition, incoming), body: undefined }, response),
  };
}

/** It shows what people wrote, and is nobody's on this origin: it runs no script and reads no cookie. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': 'sandbox',
  'x-content-type-options': 'nosniff',
};
const pageSchema = z.string().meta({ examples: ['<!doctype html>…'] });

export function definePage<P, Q>(definition: PageRoute<P, Q>): Route {
  const { summary, params, query } = definition;
  const success = { status: 200, description: summary, schema: pageSchema, mediaType: 'text/html' } as const;
  return {
    ...faceOf(definition),
    schemas: { params, query, body: undefined, successes: [success] },
    async run(cp, incoming, response) {
      const page = await definition.page(cp, { ...parsed(definition, incoming), body: undefined });
      response.status(200).set(PAGE_HEADERS).send(page);
    },
  };
}

export function defineUpload<P, Q, R>(definition: UploadRoute<P, Q, R>): Route {
  const { params, query, success, result, otherSuccess, maxBytes } = definition;
  return {
    ...faceOf(definition),
    upload: { maxBytes },
    schemas: {
      params,
      query,
      body: undefined,
      successes: successesOf({ ...definition, success, otherSuccess: { ...otherSuccess, result } }),
    },
    async run(cp, incoming, response) {
      const call = { ...parsed(definition, incoming), body: undefined, content: incoming.content };
      const answer = await definition.put(cp, call);
      sendJson(response, answer.status ?? success, answer.body, { ...answer.headers });
    },
  };
}

function faceOf(face: RouteFace) {
  const { method, path, summary, operationId, description, access, mayLack, mayConflict, locates, goesOn } =
    face;
  const segments = segmentsOf(path);
  return {
    method,
    path,
    summary,
    operationId,
    access,
    segments,
    ...(description !== undefined && { description }),
    ...(mayLack && { mayLack }),
    ...(mayConflict && { mayConflict }),
    ...(goesOn && { goesOn }),
    ...(locates && { locates }),
  };
}

function successesOf<P, Q, B, R, O>(
  definition: Pick<RouteDefinition<P, Q, B, R, O>, 'summary' | 'success' | 'result' | 'otherSuccess'>,
): Success[] {
  const { summary, success, result, otherSuccess } = definition;
  const usual = { status: success, description: summary, result };
  return [usual, ...(otherSuccess ? [otherSuccess] : [])].map(({ status, description, result: schema }) => ({
    status,
    description,
    schema,
    mediaType: 'application/json',
  }));
}

function parsed<P, Q>(
  { params, query }: Pick<RouteDefinition<P, Q, unknown, unknown>, 'params' | 'query'>,
  incoming: Incoming,
) {
  const { caller, request } = incoming;
  return {
    params: parseSent(params, incoming.params, 'path'),
    query: parseSent(query, incoming.query, 'query'),
    caller,
    idempotencyKey: idempotencyKey(request.get('idempotency-key')),
    request,
  };
}

/** The header as it is, within the limits of a document id's digest. */
function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  const detail = 'Idempotency-Key is 1 to 200 visible ASCII characters, such as a UUID.';
  throw new DomainError('invalid-idempotency-key', detail);
}
