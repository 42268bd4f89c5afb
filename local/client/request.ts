import { isTransientStatus, parsedJson, problemSchema, timeLimit, type Problem } from '@trainyard/shared';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { USER_ERRORS, UserError } from '@trainyard/shared/commandLine/userError';

export interface Connection {
  /** Where a Trainyard answers, without a path: `https://…` or `http://127.0.0.1:8080`. */
  url: string;
  /** Sent as a bearer token when given. */
  token?: string | undefined;
  /** How often a request that got no answer, or one that may pass (408, 429, 5xx), is sent again; 4 unless given. */
  retries?: number;
  /** Milliseconds before the first repetition, doubled for each one after it; 200 unless given. */
  retryPauseMs?: number;
}

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With the leading slash; may have a query. */
  path: string;
  body?: unknown;
  /** Sent as it is, instead of a body of JSON. */
  file?: Uint8Array<ArrayBuffer>;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/** Long enough for any answer that is not a stream; a file that is sent takes its time. */
const ANSWER_TIMEOUT_MS = 30_000;
const UPLOAD_TIMEOUT_MS = 300_000;

/** Sends the request until it is answered, and parses the answer. Only for requests that are safe to repeat. */
export async function requestJson<T>(
  connection: Connection,
  request: Request,
  schema: z.ZodType<T>,
): Promise<T> {
  const { retries = 4, retryPauseMs = 200 } = connection;
  for (let tries = 0; ; tries += 1) {
    try {
      return await once(connection, request, schema);
    } catch (error) {
      if (tries >= retries || !isWorthRepeating(error) || request.signal?.aborted) throw error;
    }
    await pause(retryPauseMs * 2 ** tries * (0.5 + Math.random() / 2), undefined, { signal: request.signal });
  }
}

async function once<T>(connection: Connection, request: Request, schema: z.ZodType<T>): Promise<T> {
  const signal = timeLimit(
    request.file ? UPLOAD_TIMEOUT_MS : ANSWER_TIMEOUT_MS,
    ...(request.signal ? [request.signal] : []),
  );
  const response = await send(connection, { ...request, signal });
  const text = await response.text().catch((cause: unknown) => {
    throw new UserError('unreachable', `${connection.url} broke off its answer`, { cause });
  });
  const parsed = schema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  throw new UserError(
    'foreign-answer',
    `${connection.url}${request.path} answered something else than Trainyard does: is it the right URL, and the same version?`,
    { cause: parsed.error },
  );
}

/** The response of a request that was accepted; all else is thrown. */
export async function send(connection: Connection, request: Request): Promise<Response> {
  const { method, path, body, file, headers, signal } = request;
  let response: Response;
  try {
    response = await fetch(`${connection.url}${path}`, {
      method,
      headers: {
        ...(connection.token ? { authorization: `Bearer ${connection.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(file === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: file }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted && signal.reason instanceof Error && signal.reason.name === 'AbortError') throw cause;
    throw unreachable(connection.url, cause);
  }
  if (response.ok) return response;
  throw refusal(response.status, problemOf(response, await response.text().catch(() => '')));
}

/** Of a connection that was there: somebody has begun to answer. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

function unreachable(url: string, cause: unknown): UserError {
  const reason = reasonOf(cause);
  return new UserError(
    'unreachable',
    BROKEN_OFF.has(reason)
      ? `${url} broke off the connection before it had answered (${reason}): its log may say why`
      : `nobody answers at ${url} (${reason}): start a host with "trainyard up", or name another with --url`,
    { cause },
  );
}

function isWorthRepeating(error: unknown): boolean {
  return error instanceof UserError && USER_ERRORS[error.code].retried;
}

/** What the server said against places of what was sent: whoever knows the files that it came from can name these. */
export class RefusedError extends UserError {
  constructor(
    code: 'refused' | 'unavailable',
    readonly headline: string,
    readonly errors: readonly { pointer: string; detail: string }[],
    { named = errors.map(({ pointer }) => pointer || '/'), ...options }: RefusedOptions = {},
  ) {
    super(code, [headline, ...errors.map(({ detail }, i) => `  ${named[i]}: ${detail}`)].join('\n'), options);
  }
}

interface RefusedOptions extends ErrorOptions {
  /** What each error is about, for people; its pointer unless given. */
  named?: readonly string[];
}

/** The server's answer when it did not do what was asked, for people: detail, then each pointer. */
function refusal(status: number, { title, detail, errors = [] }: Problem): RefusedError {
  // The detail of some refusals is, or ends in, the first of the errors, which have lines of their own here.
  const [first] = errors;
  const repeated = first ? detail.indexOf(`: ${first.pointer} ${first.detail}`) : -1;
  const before = repeated < 0 ? detail : detail.slice(0, repeated);
  // Others begin with it, and end in what one may do.
  const own =
    first && before.startsWith(`${first.detail}. `) ? before.slice(first.detail.length + 2) : before;
  const headline = own === first?.detail ? `${title} (${status})` : `${title} (${status}): ${own}`;
  return new RefusedError(isTransientStatus(status) ? 'unavailable' : 'refused', headline, errors);
}

/** The server's problem document, or one that says what came instead: a proxy's page, another server's answer. */
function problemOf(response: Response, text: string): Problem {
  const parsed = problemSchema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const { status, statusText, url } = response;
  const detail = `${new URL(url).origin} answered ${status} without saying why: is it a Trainyard's URL?`;
  return { type: 'about:blank', title: statusText || 'Error', status, detail };
}

/** `fetch` says only "fetch failed"; its cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
