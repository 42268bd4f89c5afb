/**
 * HTTPS to addresses that people have configured. The address is checked after the name is resolved, and the checked one is
 * connected to, so that a name cannot stand for something else a moment later. URLs are secrets here: no error holds one.
 */
import { lookup, type LookupOptions } from 'node:dns';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublic, urlProblem } from './publicAddress.js';

export interface Post {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** How names become addresses, and which of these may be called. */
export interface Network {
  lookup: LookupFunction;
  allows: (address: string) => boolean;
  /** From the first look-up to the head of the answer. */
  timeoutMs: number;
  /** PEM of the authority that signs the certificates; the well-known ones unless given. */
  ca?: string;
}

export const INTERNET: Network = { lookup, allows: isPublic, timeoutMs: 10_000 };

/** There was no answer. `reason` is a code or plain words, without any part of the request. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly reason: string,
    /** True where the same request can never succeed. */
    readonly isPermanent: boolean,
  ) {
    super(reason);
  }
}

/**
 * The status of the answer; a redirect is an answer like any other and not followed. The answer's body is not read: nothing in
 * it may be told on. Fails with `RequestError` and nothing else.
 */
export async function postSafely(post: Post, network: Network = INTERNET): Promise<number> {
  const problem = urlProblem(post.url, network.allows);
  if (problem) throw new RequestError(`the URL ${problem}`, true);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), network.timeoutMs);
  try {
    return await send(post, network, patience.signal);
  } catch (error) {
    if (patience.signal.aborted) throw new RequestError(`no answer within ${network.timeoutMs} ms`, false);
    throw error instanceof RequestError ? error : new RequestError(codeOf(error), false);
  } finally {
    clearTimeout(timer);
  }
}

function send({ url, headers, body }: Post, network: Network, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one from a pool would not be looked up again.
      agent: false,
      lookup: checkedLookup(network),
      signal,
      ...(network.ca !== undefined && { ca: network.ca }),
    });
    sent.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', reject);
    // Also when the other side wants another protocol, of which there is no other word.
    sent.on('close', () => reject(new RequestError('the connection was closed without an answer', false)));
    sent.end(body);
  });
}

/** Refuses a name when any of its addresses is refused. */
function checkedLookup({ lookup: resolve, allows }: Network): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions = { ...options, all: true };
    resolve(hostname, all, (error, found) => {
      if (error) return callback(error, []);
      const answers = typeof found === 'string' ? [] : found;
      const [first] = answers;
      if (!first || !answers.every(({ address }) => allows(address)))
        return callback(new RequestError('the host name stands for an address that is not public', true), []);
      if (options.all) callback(null, answers);
      else callback(null, first.address, first.family);
    });
  };
}

/** Node's own word for what went wrong: its messages may quote what was sent or received. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'the request failed';
}
