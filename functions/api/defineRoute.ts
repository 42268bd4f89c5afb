import { sendJson } from '../http/answers.js';
import { parseOrProblem } from '../http/problemError.js';
import { segmentsOf, type Route, type RouteDefinition, type StreamingRoute } from './route.js';

/** Makes a route of its definition: parse, handle, answer. */
export function defineRoute<P, Q, B, R>(definition: RouteDefinition<P, Q, B, R>): Route {
  const { method, path, summary } = definition;
  return {
    method,
    path,
    summary,
    segments: segmentsOf(path),
    async run(cp, { params, query, body, caller, request }, response) {
      const answer = await definition.handle(cp, {
        params: parseOrProblem(definition.params, params, 'path'),
        query: parseOrProblem(definition.query, query, 'query'),
        // A route without a body schema has no body: its handler's type says so.
        body: definition.body ? parseOrProblem(definition.body, body, 'body') : (undefined as B),
        caller,
        request,
      });
      sendJson(response, answer.status, answer.body, answer.headers);
    },
  };
}

export function defineStream<P>(definition: StreamingRoute<P>): Route {
  const { method, path, summary } = definition;
  return {
    method,
    path,
    summary,
    segments: segmentsOf(path),
    run: (cp, { params }, response) =>
      definition.stream(cp, parseOrProblem(definition.params, params, 'path'), response),
  };
}
