import { MAX_BODY_BYTES } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { Request, Response } from '../http/request.js';
import { FILE_TYPE } from '../http/utf8.js';
import { DomainError, notFound } from '../errors/domainError.js';
import { nameSpan } from '../telemetry/tracing.js';
import { authenticate } from './auth.js';
import { hasRole, type Caller } from './caller.js';
import { forbidden } from './forbidden.js';
import type { Route } from './route.js';

/** Size, path, caller, content type, then the route's own parsing. */
export function routed(
  routes: readonly Route[],
): (cp: ControlPlane, request: Request, response: Response) => Promise<void> {
  return async (cp, request, response) => {
    refuseLargeBody(routes, request);
    const { route, params } = findRoute(routes, request);
    nameSpan(`${route.method} ${route.path}`, { 'http.route': route.path });
    const caller = await admitted(cp, route, request);
    const content = route.upload ? fileBody(request) : NO_BYTES;
    const sent = route.method === 'GET' || route.upload ? undefined : jsonBody(request);
    const body = route.method === 'POST' ? sent : undefined;
    await route.run(cp, { params, query: { ...request.query }, body, content, caller, request }, response);
  };
}

/** Whoever calls a route for everybody is nobody in particular. */
const ANYONE: Caller = { id: 'anyone', role: 'viewer', teams: [] };

async function admitted(cp: ControlPlane, { access }: Route, request: Request): Promise<Caller> {
  if (access === 'anyone') return ANYONE;
  const caller = await authenticate(cp, request);
  if (!hasRole(caller, access)) throw forbidden(access);
  return caller;
}

function refuseLargeBody(routes: readonly Route[], request: Request): void {
  const size = request.rawBody?.length ?? 0;
  if (size <= MAX_BODY_BYTES) return;
  const segments = decodedSegments(request.path);
  const taking = routes.find((route) => route.method === request.method && match(route, segments));
  const upload = taking?.upload;
  if (upload && size <= upload.maxBytes) return;
  const detail = upload
    ? `The file has ${size} bytes; at most ${upload.maxBytes} are taken.`
    : `The body has ${size} bytes; at most ${MAX_BODY_BYTES} are read. A specification names its data, it does not hold it.`;
  throw new DomainError('too-large', detail);
}

function findRoute(
  routes: readonly Route[],
  request: Request,
): { route: Route; params: Record<string, string> } {
  const segments = decodedSegments(request.path);
  const fitting = routes.flatMap((route) => {
    const params = match(route, segments);
    return params ? [{ route, params }] : [];
  });
  const found = fitting.find(({ route }) => methodsOf(route).includes(request.method));
  if (found) return found;
  if (fitting.length === 0) throw notFound(`resource at ${request.path.slice(0, 200)}`);
  const allowed = fitting.flatMap(({ route }) => methodsOf(route));
  throw new DomainError(
    'method-not-allowed',
    `${request.method} is not possible here; ${allowed.join(', ')} is.`,
    { allowedMethods: allowed },
  );
}

const methodsOf = ({ method, answersHead }: Route): string[] => [method, ...(answersHead ? ['HEAD'] : [])];

/**
 * Splits before it decodes, so that an encoded slash stays within its segment. One slash at the end is ignored. A path that
 * cannot be decoded does not come this far.
 */
function decodedSegments(path: string): string[] {
  return path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent);
}

/** The parameter that takes all the rest of a path. */
const REST = 'path';

function match(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  const takesRest = route.segments.at(-1)?.parameter === REST;
  const fits = takesRest
    ? segments.length >= route.segments.length
    : segments.length === route.segments.length;
  if (!fits) return undefined;
  const params: Record<string, string> = {};
  for (const [i, { text, parameter }] of route.segments.entries()) {
    const segment = segments[i] ?? '';
    if (parameter === REST) params[parameter] = segments.slice(i).join('/');
    else if (parameter) params[parameter] = segment;
    else if (segment !== text) return undefined;
  }
  return params;
}

/** What is sent along with a change. Forms of web pages cannot bear the JSON type: browsers ask before they send it across sites. */
function jsonBody(request: Request): unknown {
  if (!hasBody(request)) return {};
  if (request.is('application/json')) return request.body;
  const given = request.get('content-type') ?? 'none';
  const detail = `The body's content-type is ${given.slice(0, 100)}; only application/json is read.`;
  throw new DomainError('unsupported-media-type', detail);
}

const NO_BYTES = Buffer.alloc(0);

/** A file as it is sent. Forms of web pages cannot bear this type either; a file of nothing needs none. */
function fileBody(request: Request): Buffer {
  if (!hasBody(request)) return NO_BYTES;
  const encoding = request.get('content-encoding') ?? 'identity';
  if (request.is(FILE_TYPE) && encoding === 'identity') return request.rawBody ?? NO_BYTES;
  const given = `${request.get('content-type') ?? 'none'}${encoding === 'identity' ? '' : `, encoded as ${encoding}`}`;
  const detail = `The body's content-type is ${given.slice(0, 100)}; a file is sent as ${FILE_TYPE}, as it is.`;
  throw new DomainError('unsupported-media-type', detail);
}

/** By its headers: a body without a type is not even read. */
function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}
