/** A model's folder behind a URL. */
import type { ReadFile } from './format/read.js';

/** How long is waited before a file is asked for again, in milliseconds: at most so many times. */
const WAITS_MS = [250, 1000, 3000];
/** Longer waits are somebody else's to decide. */
const MOST_WAIT_MS = 10_000;
/** What may be another answer soon: too slow, too early, too often, and faults of servers. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Reads the files below `base`, such as `https://example.com/models/7/` or, in a page, `/models/7/`, with `fetch` or what is given in its
 * place, which may add headers. A download that breaks off or is answered with a fault that may pass (408, 425, 429, 500, 502, 503, 504) is tried
 * four times in all, over about four seconds or as `Retry-After` says. Rejects for every other answer but a success, and at last.
 */
export function readOverHttp(
  base: string | URL,
  fetchFile: (url: URL) => Promise<Response> = fetch,
  waits: readonly number[] = WAITS_MS,
): ReadFile {
  const folder = new URL(base, pageOf());
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return async (path) => {
    const url = new URL(path, folder);
    url.search = folder.search;
    for (let tried = 1; ; tried++) {
      const answer = await download(url, fetchFile);
      if (answer instanceof Uint8Array) return answer;
      const wait = waits[tried - 1];
      if (!answer.mayPass || wait === undefined) throw failureOf(answer, tried);
      const milliseconds = Math.min(answer.retryAfterMs ?? wait, MOST_WAIT_MS);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  };
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
async function download(url: URL, fetchFile: (url: URL) => Promise<Response>): Promise<Uint8Array | Failed> {
  try {
    const response = await fetchFile(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    const { status, statusText, headers } = response;
    await response.body?.cancel();
    const why = `${status} ${statusText}`.trim();
    return { why, status, mayPass: PASSING.has(status), retryAfterMs: retryAfter(headers) };
  } catch (cause) {
    // Anything else is the caller's own, who may say by it that there is no such file, or that nobody waits for it any more.
    if (!isBrokenConnection(cause)) throw cause;
    return { why: messageOf(cause), mayPass: true, cause };
  }
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
