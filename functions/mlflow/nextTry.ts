/** When what failed is tried again, and by whom. */
import { cutText, later } from '@trainyard/shared';
import { NotWrittenError } from './runs.js';
import { MlflowError } from './server.js';

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Fewer than the deliveries after which an event is given up: MLflow fills no dead letters. */
const REDELIVERED_FAILURES = 3;

export interface Failed {
  /** How often it failed since it last succeeded. */
  failures: number;
  /** When reconcile has it done, unless somebody does before; null where only people can help. */
  retryAt: string | null;
  reason: string;
}

/** What comes of a failure after so many others. */
export function afterFailure(failures: number, error: unknown, now: Date): Failed {
  const wanted = error instanceof MlflowError ? (error.retryAfterMs ?? 0) : 0;
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(wanted, FIRST_WAIT_MS * 2 ** failures));
  return {
    failures: failures + 1,
    retryAt: isFinal(error) ? null : later(now, wait),
    reason: cutText(error instanceof Error ? error.message : String(error), 2000),
  };
}

/** Whether the event that failed is to be delivered again: after that, its time is in the mark, and reconcile has it done. */
export function isRedelivered({ failures }: Pick<Failed, 'failures'>): boolean {
  return failures <= REDELIVERED_FAILURES;
}

/** Neither time, nor other credentials, nor a proxy that is mended helps. */
function isFinal(error: unknown): boolean {
  if (error instanceof NotWrittenError) return true;
  return error instanceof MlflowError && error.isOfOneRun;
}
