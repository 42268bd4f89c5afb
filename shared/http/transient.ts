/** Failures that pass: what a request is made again after. */

/**
 * Whether a server may answer the same request otherwise later: it was slow, busy or broken.
 *
 * These are 408, 429 and every 5xx. Google tells its clients to make a request again after exactly these
 * (https://cloud.google.com/storage/docs/retry-strategy), and RFC 9110, section 15.6, has any 5xx that a client does not know
 * treated as 500. So 501 and 505 count too: what says so is rarely the service itself, more often something in front of it that
 * is being replaced, and every caller gives up after a few attempts.
 */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

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
