/** Failures that pass: what a request is made again after. */

/** Whether a server may answer the same request otherwise later: it was slow, busy or broken (RFC 9110 §15, RFC 6585 §4). */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Of Google's APIs: https://cloud.google.com/storage/docs/retry-strategy, and the same of BigQuery */
export const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Codes of errors where a connection broke or never came about. */
export const BROKEN_CONNECTION: readonly string[] = [
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
];

/** Whether an error without status and code says that a connection broke. */
export function saysBrokenConnection(message: string): boolean {
  return /premature close|socket hang up|network timeout|^aborted$/i.test(message);
}
