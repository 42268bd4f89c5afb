import type { FinalRun, Sweep, SweepEnd, SweepStatus, SweepView, Trial } from '@trainyard/shared';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { bestOf } from './best.js';
import { readEnd, readFinals } from './documents.js';
import { readTrials } from './history.js';
import { costOf, countsOf } from './plan.js';

/** What a sweep has come to, beside its document. */
export interface SoFar {
  /** How its round has ended, where it has: it says all that is shown of trials. */
  end: SweepEnd | undefined;
  trials: readonly Trial[];
  finals: FinalRun[];
}

/** A sweep with what its trials have come to. Of one that has ended, no trial is read. */
export async function readSweepView(store: DocumentStore, sweep: Sweep): Promise<SweepView> {
  const [end, finals] = await Promise.all([readEnd(store, sweep), readFinals(store, sweep.sweepId)]);
  return sweepViewOf(sweep, { end, finals, trials: end ? [] : await readTrials(store, sweep.sweepId) });
}

export function sweepViewOf(sweep: Sweep, { end, trials, finals }: SoFar): SweepView {
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
  };
}

function statusOf({ pausedAt, cancelRequestedAt }: Sweep, end: SweepEnd | undefined): SweepStatus {
  if (end) return end.reason === 'cancelled' ? 'cancelled' : 'completed';
  if (cancelRequestedAt !== null) return 'cancelling';
  return pausedAt === null ? 'running' : 'paused';
}
