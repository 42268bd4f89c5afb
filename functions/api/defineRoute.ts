import { sendJson } from '../http/answers.js';
import { parseOrProblem, ProblemError } from '../http/problemError.js';
import { segmentsOf, type Incoming, type Route, type RouteDefinition, type StreamingRoute } from './route.js';

/** Makes a route of its definition: parse, handle, answer. */
export function defineRoute<P, Q, B, R>(definition: RouteDefinition<P, Q, B, R>): Route {
  const { method, path, summary, access, params, query, body, result, success } = definition;
  return {
    method,
    path,
    summary,
    access,
    segments: segmentsOf(path),
    schemas: {
      params,
      query,
      body,
      success: { status: success, schema: result, mediaType: 'application/json' },
    },
    async run(cp, incoming, response) {
      const answer = await definition.handle(cp, {
        ...parsed(definition, incoming),
        // A route without a body schema has no body: its handler's type says so.
        body: body ? parseOrProblem(body, incoming.body, 'body') : (undefined as B),
      });
      sendJson(response, answer.status ?? success, answer.body, answer.headers);
    },
  };
}

export function defineStream<P, Q>(definition: StreamingRoute<P, Q>): Route {
  const { method, path, summary, access, params, query, events } = definition;
  return {
    method,
    path,
    summary,
    access,
    segments: segmentsOf(path),
    schemas: {
      params,
      query,
      body: undefined,
      success: { status: 200, schema: events, mediaType: 'text/event-stream' },
    },
    run: (cp, incoming, response) =>
      definition.stream(cp, { ...parsed(definition, incoming), body: undefined }, response),
  };
}

function parsed<P, Q>(
  { params, query }: Pick<RouteDefinition<P, Q, unknown, unknown>, 'params' | 'query'>,
  incoming: Incoming,
) {
  const { caller, request } = incoming;
  return {
    params: parseOrProblem(params, incoming.params, 'path'),
    query: parseOrProblem(query, incoming.query, 'query'),
    caller,
    idempotencyKey: idempotencyKey(request.get('idempotency-key')),
    request,
  };
}

/** The header as it is, within the limits of a document id's digest. */
function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  const detail = 'Idempotency-Key is 1 to 200 visible ASCII characters, such as a UUID.';
  throw new ProblemError(400, 'invalid-idempotency-key', 'Invalid Idempotency-Key', detail);
}
