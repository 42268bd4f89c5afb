/** Requests to Google's services are made again where they failed for a moment: one policy, so the clients' own are off. */
import { setTimeout as pause } from 'node:timers/promises';
import { BROKEN_CONNECTION, isTransientStatus, saysBrokenConnection } from '@trainyard/shared';
import { z } from 'zod';
import { backoffMs } from './backoff.js';

export interface RetryOptions {
  /** The first pause is at most so long; each doubles, up to half a minute. */
  baseMs: number;
  signal: AbortSignal;
}

const MAX_ATTEMPTS = 6;
const CAP_MS = 30_000;

export async function withRetries<T>(work: () => Promise<T>, { baseMs, signal }: RetryOptions): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || failures + 1 === MAX_ATTEMPTS) throw error;
      await pause(backoffMs(failures, Math.random, { baseMs, capMs: CAP_MS }), undefined, { signal });
    }
  }
}

/** What the clients throw, as far as it is looked at. The status stands in `code` or, of some requests, in `status`. */
const thrownSchema = z.object({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  status: z.number().optional().catch(undefined),
  message: z.string().catch(''),
  errors: z
    .array(z.object({ reason: z.string().catch(''), message: z.string().catch('') }))
    .optional()
    .catch(undefined),
});

export interface Thrown {
  /** Of HTTP; undefined where no answer came. */
  status: number | undefined;
  /** Node's, such as ECONNRESET, or the client's. */
  code: string | undefined;
  /** Google's, such as rateLimitExceeded. */
  reason: string | undefined;
  message: string;
}

export function thrown(error: unknown): Thrown {
  const { code, status, message, errors } = thrownSchema.catch({ message: String(error) }).parse(error);
  const number = Number(code);
  return {
    status: status ?? (Number.isInteger(number) ? number : undefined),
    code: typeof code === 'string' && !Number.isInteger(number) ? code : undefined,
    reason: errors?.[0]?.reason,
    message: errors?.[0]?.message || message,
  };
}

/** Whether this machine finds no way to the service: no name, no route. The clients tell it in their messages alone. */
export function isUnreachable(error: unknown): boolean {
  const { code, message } = thrown(error);
  return /ENOTFOUND|ENETUNREACH|EHOSTUNREACH/.test(`${code ?? ''} ${message}`);
}

/** What to do where nobody is reached. */
export const UNREACHABLE_REMEDY =
  'see whether this machine has a network that reaches googleapis.com, and whether HTTPS_PROXY and the DNS are right, and run the same command again';

const TRANSIENT_REASON = new Set([
  'rateLimitExceeded',
  'jobRateLimitExceeded',
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'tableUnavailable',
]);
const TRANSIENT_CODE = new Set([
  ...BROKEN_CONNECTION,
  // The bytes that came are not those whose checksum came along.
  'CONTENT_DOWNLOAD_MISMATCH',
]);

export function isTransient(error: unknown): boolean {
  const { status, code, reason, message } = thrown(error);
  if (reason !== undefined && TRANSIENT_REASON.has(reason)) return true;
  if (code !== undefined) return TRANSIENT_CODE.has(code);
  if (status !== undefined) return isTransientStatus(status);
  return saysBrokenConnection(message);
}
