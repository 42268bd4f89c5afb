/** A model's folder behind a URL. */
import type { ReadFile } from './format/read.js';
import { unlessAborted } from './unlessAborted.js';

/** How long is waited before a file is asked for again, in milliseconds: at most so many times. */
const WAITS_MS = [250, 1000, 3000];
/** Longer waits are somebody else's to decide. */
const MOST_WAIT_MS = 10_000;
/** A server that sends nothing for so long has broken off. */
const MOST_SILENT_MS = 60_000;
/** What may be another answer soon: too slow, too early, too often, and faults of servers. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Downloads as `fetch` does; the signal says that nobody waits any more. */
type FetchFile = (url: URL, init: { signal: AbortSignal }) => Promise<Response>;

/**
 * Reads the files below `base`, such as `https://example.com/models/7/` or, in a page, `/models/7/`, with `fetch` or what is given in its
 * place, which may add headers. A download that breaks off, of which nothing comes for a minute, or that is answered with a fault that may pass
 * (408, 425, 429, 500, 502, 503, 504) is tried four times in all, over about four seconds more or as `Retry-After` says. Rejects for every other
 * answer but a whole file, and at last.
 */
export function readOverHttp(
  base: string | URL,
  fetchFile: FetchFile = fetch,
  waits: readonly number[] = WAITS_MS,
  mostSilentMs = MOST_SILENT_MS,
): ReadFile {
  const folder = new URL(base, pageOf());
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return async (path, signal) => {
    const url = new URL(path, folder);
    url.search = folder.search;
    for (let tried = 1; ; tried++) {
      const answer = await download(url, fetchFile, mostSilentMs, signal);
      if (answer instanceof Uint8Array) return answer;
      const wait = waits[tried - 1];
      if (!answer.mayPass || wait === undefined) throw failureOf(answer, tried);
      await pause(Math.min(answer.retryAfterMs ?? wait, MOST_WAIT_MS), signal);
    }
  };
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = () => new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    await (signal ? unlessAborted(signal, over) : over());
  } finally {
    clearTimeout(timer);
  }
}

interface Failed {
  why: string;
  mayPass: boolean;
  /** Undefined where there was no answer. */
  status?: number;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** The file, or why it did not come. */
async function download(
  url: URL,
  fetchFile: FetchFile,
  mostSilentMs: number,
  signal?: AbortSignal,
): Promise<Uint8Array | Failed> {
  const own = new AbortController();
  const giveUp = () => own.abort(signal?.reason);
  const silent = () =>
    own.abort(new DOMException(`nothing came for ${mostSilentMs / 1000} s`, 'TimeoutError'));
  let timer = setTimeout(silent, mostSilentMs);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(silent, mostSilentMs);
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const response = await unlessAborted(own.signal, () => fetchFile(url, { signal: own.signal }));
    const { status, statusText, headers } = response;
    if (response.ok && !PARTS.has(status)) return await bodyOf(response, own.signal, heard);
    // Nobody reads what stands in it; how that ends is all the same.
    void response.body?.cancel().catch(() => {});
    const why = `${status} ${statusText}`.trim();
    return { why, status, mayPass: PASSING.has(status), retryAfterMs: retryAfter(headers) };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    // Anything else is the caller's own, who may say by it that there is no such file, or that nobody waits for it any more.
    if (!isBrokenConnection(cause)) throw cause;
    return { why: messageOf(cause), mayPass: true, cause };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Of a file that was asked for as a whole, these have a part or nothing. */
const PARTS: ReadonlySet<number> = new Set([204, 205, 206]);

/** `heard` is told of each part. */
async function bodyOf(
  response: Response,
  signal: AbortSignal,
  heard: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(await unlessAborted(signal, () => response.arrayBuffer()));
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await unlessAborted(signal, () => reader.read());
      if (done) break;
      heard();
      parts.push(value);
      length += value.length;
    }
  } catch (error) {
    // The download ends, where it has not by itself.
    void reader.cancel(error).catch(() => {});
    throw error;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What `fetch` rejects with for faults of the network, before and within an answer, and for a time limit. */
function isBrokenConnection(cause: unknown): cause is Error {
  return cause instanceof TypeError || (cause instanceof Error && cause.name === 'TimeoutError');
}

/** Whoever reads the folder learns that it is no file that is not there: `status`, or `code` where there was no answer. */
function failureOf({ why, status, cause }: Failed, tried: number): Error {
  const times = tried > 1 ? `, ${tried} times` : '';
  const error = new Error(`${why}${times}`, cause === undefined ? undefined : { cause });
  return Object.assign(error, status === undefined ? { code: 'network' } : { status });
}

/** Of Node's `fetch`, the reason stands in the cause. */
function messageOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Seconds; a date is left to the waits of our own. */
function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** The address that relative ones are from, of a page or a worker. */
export function pageOf(): string | undefined {
  const { location } = globalThis as { location?: { href: string } };
  return location?.href;
}
