import type { Sweep, SweepView } from '@trainyard/shared';
import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { readEnd, readFinals } from './documents.js';
import { readTrials } from './history.js';

/** A sweep with what its trials have come to. Of one that has ended, no trial is read. */
export async function readSweepView(store: DocumentStore, sweep: Sweep): Promise<SweepView> {
  const [end, finals] = await Promise.all([readEnd(store, sweep), readFinals(store, sweep.sweepId)]);
  return sweepViewOf(sweep, { end, finals, trials: end ? [] : await readTrials(store, sweep.sweepId) });
}
