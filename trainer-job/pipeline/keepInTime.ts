/** What an attempt that ends still keeps for the next one, in the time that it has left. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CheckpointHome, EntryHome } from '../home/artifactHome.js';
import type { StopReason } from '../stopSignal.js';
import type { Attempt } from './attempt.js';

/** How long a failed attempt stores what the next one goes on from. */
export const FAILED_FLUSH_MS = 60_000;
/** Of the time that a platform leaves, for the last callback. */
const LAST_WORD_MS = 3000;
/** How long a cancelled attempt may store its last checkpoint: the control plane kills it after `cancelGraceSeconds`. */
const STOPPED_FLUSH_MS = 20_000;

/** How long an attempt that ends for this reason may keep what it has. */
export function timeToStore({ settings, now }: Attempt, reason: StopReason): number {
  const { deadline, stopGraceSeconds } = settings;
  const grace = stopGraceSeconds * 1000 - LAST_WORD_MS;
  if (reason === 'stopped') return Math.max(grace, STOPPED_FLUSH_MS);
  if (reason === 'preempted' || !deadline) return Math.max(1000, grace);
  return Math.max(1000, deadline.getTime() - now().getTime() - LAST_WORD_MS);
}

/** Waits until the checkpoints are at home, at most so long: the last one that is will be named and gone on from. */
export async function storeCheckpoints(
  { reporter }: Attempt,
  checkpoints: CheckpointHome,
  timeoutMs: number,
): Promise<void> {
  if (await checkpoints.flush(timeoutMs)) return;
  reporter.log('warn', 'the last checkpoint is not in the bucket: going on will be from the one before', {
    waitedMs: timeoutMs,
  });
}

/** Waits, at most so long, until what the data stages made is kept for other machines. What is not is made again there. */
export async function storeEntries(entries: EntryHome, timeoutMs: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    // Whoever stores them has told of failures.
    entries.settled().catch(() => undefined),
    pause(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
}
