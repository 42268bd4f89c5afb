/** What a sweep has come to, of its document and what lies below it. */
import type { BestTrial, Sweep, SweepEnd, TrialCounts } from './sweep.js';
import type { QueuedTrial } from './trial.js';
import type { FinalRun, SweepStatus, SweepView, TrialView } from './view.js';

/** What a sweep has come to, beside its document. */
export interface SoFar {
  /** How its round has ended, where it has: it says all that is shown of trials. */
  end: SweepEnd | undefined;
  trials: readonly TrialView[];
  finals: FinalRun[];
  /** What somebody wants tried, by its numbers. */
  queue: readonly Pick<QueuedTrial, 'number'>[];
}

export function sweepViewOf(
  sweep: Omit<Sweep, 'schemaVersion'> & { schemaVersion?: unknown },
  { end, trials, finals, queue }: SoFar,
): SweepView {
  // Whoever reads both one after the other, or hears of them so, may have a trial and its place in the queue.
  const begun = new Set(trials.map(({ number }) => number));
  const { schemaVersion: _version, round: _round, ...shown } = sweep;
  return {
    ...shown,
    status: statusOf(sweep, end),
    endReason: end?.reason ?? null,
    endedAt: end?.endedAt ?? null,
    trials: end?.counts ?? countsOf(trials),
    best: end ? end.best : bestOf(sweep.objective, trials),
    costUsd: end?.costUsd ?? costOf(trials),
    finals,
    waiting: queue.flatMap(({ number }) => (begun.has(number) ? [] : [number])),
  };
}

function statusOf(
  { pausedAt, cancelRequestedAt }: Pick<Sweep, 'pausedAt' | 'cancelRequestedAt'>,
  end: SweepEnd | undefined,
): SweepStatus {
  if (end) return end.reason === 'cancelled' ? 'cancelled' : 'completed';
  if (cancelRequestedAt !== null) return 'cancelling';
  return pausedAt === null ? 'running' : 'paused';
}

export function countsOf(trials: readonly Pick<TrialView, 'state'>[]): TrialCounts {
  const counts: TrialCounts = { running: 0, completed: 0, pruned: 0, failed: 0, cancelled: 0 };
  for (const { state } of trials) counts[state]++;
  return counts;
}

export function costOf(trials: readonly Pick<TrialView, 'costUsd'>[]): number {
  return trials.reduce((sum, { costUsd }) => sum + costUsd, 0);
}

/** The completed trial with the best value, the first of those that are alike; null while there is none. */
export function bestOf(
  { direction }: Sweep['objective'],
  trials: readonly Pick<TrialView, keyof BestTrial | 'state'>[],
): BestTrial | null {
  let best: BestTrial | null = null;
  for (const { number, runId, state, value, parameters } of trials) {
    if (state !== 'completed' || runId === null || value === null) continue;
    if (best === null || isBetterValue(value, best.value, direction))
      best = { number, runId, value, parameters };
  }
  return best;
}

export function isBetterValue(value: number, other: number, direction: 'minimize' | 'maximize'): boolean {
  return direction === 'minimize' ? value < other : value > other;
}
