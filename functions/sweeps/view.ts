import type { Sweep, SweepView } from '@trainyard/shared';
import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { readEnd, readFinals, readQueue } from './documents.js';
import { readTrials } from './history.js';

/** A sweep with what its trials have come to. Of one that has ended, no trial is read. */
export async function readSweepView(store: DocumentStore, sweep: Sweep): Promise<SweepView> {
  const { sweepId, maxTrials } = sweep;
  const [end, finals, queue] = await Promise.all([
    readEnd(store, sweep),
    readFinals(store, sweepId),
    readQueue(store, sweepId, maxTrials),
  ]);
  // After the queue: what leaves it meanwhile is among the trials.
  const trials = end ? [] : await readTrials(store, sweepId);
  return sweepViewOf(sweep, { end, finals, queue, trials });
}
