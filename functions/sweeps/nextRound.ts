import { later, type Sweep, type SweepEnd } from '@trainyard/shared';

/**
 * The sweep as its next round begins: whatever ends the one before, at the same moment too, does not end this one. Where that one has
 * ended, its time begins anew.
 */
export function nextRound(sweep: Sweep, end: SweepEnd | undefined, now: Date): Sweep {
  return {
    ...sweep,
    round: sweep.round + 1,
    cancelRequestedAt: null,
    ...(end && { pausedAt: null, deadlineAt: later(now, sweep.timeoutSeconds * 1000) }),
    updatedAt: now.toISOString(),
  };
}
