/**
 * Pages of other sites. A browser sends their forms and plain fetches anywhere, also to a port of the machine that it runs on, with
 * whatever lets its user in; only reading the answer is forbidden to them. What changes something is therefore refused unless the
 * page is this server's own, or of an origin that the deployment names.
 */
import type { Config } from '../config.js';
import { DomainError } from '../errors/domainError.js';
import type { Request, Response } from './request.js';

type Origins = Pick<Config, 'allowedOrigins' | 'publicUrl'>;

/** These change nothing (RFC 9110, section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** By `Origin` and, where a browser leaves that out, by `Sec-Fetch-Site`; programs send neither. Throws `foreign-origin`. */
export function refuseForeignPage(origins: Origins, request: Request): void {
  if (SAFE.has(request.method)) return;
  const origin = request.get('origin');
  if (isAllowed(origins, origin)) return;
  if (origin !== undefined && !ownOrigins(origins, request).includes(origin.toLowerCase()))
    throw foreignOrigin(`a page of ${JSON.stringify(origin.slice(0, 200))}`);
  const site = request.get('sec-fetch-site') ?? 'none';
  if (site !== 'none' && site !== 'same-origin') throw foreignOrigin('a page of another origin');
}

/**
 * Lets scripts of the allowed origins send and read what other pages may not (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * True where the request only asked for that, and is answered.
 */
export function answerAllowedOrigin(origins: Origins, request: Request, response: Response): boolean {
  if (origins.allowedOrigins.length === 0) return false;
  response.vary('Origin');
  const origin = request.get('origin');
  if (origin === undefined || !isAllowed(origins, origin)) return false;
  response.set({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'idempotency-replayed, location, retry-after',
  });
  if (request.method !== 'OPTIONS' || request.get('access-control-request-method') === undefined)
    return false;
  response.set({
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id',
    'access-control-max-age': '600',
    'cache-control': 'no-store',
  });
  response.status(204).end();
  return true;
}

function isAllowed({ allowedOrigins }: Origins, origin: string | undefined): boolean {
  return origin !== undefined && allowedOrigins.includes(origin.toLowerCase());
}

/** Where the request went to, as the origin of a page from there; what ends TLS before this server says so in a header. */
function ownOrigins({ publicUrl }: Origins, request: Request): string[] {
  const scheme = request.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase() ?? 'http';
  return [new URL(publicUrl).origin, `${scheme}://${(request.get('host') ?? '').toLowerCase()}`];
}

function foreignOrigin(who: string): DomainError {
  const detail = `Nothing is changed for ${who}: name its origin in allowedOrigins of the deployment (TRAINYARD_ALLOWED_ORIGINS), or send the request from a program.`;
  return new DomainError('foreign-origin', detail);
}
