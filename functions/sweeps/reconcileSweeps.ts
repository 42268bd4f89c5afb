/** Makes good what lost events and crashes left behind of sweeps. Doing it more often, or twice at once, changes nothing. */
import { inParallel, isTerminal } from '@trainyard/shared';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { readRun } from '../runs/repository.js';
import { withLogFields } from '../telemetry/context.js';
import { advanceSweep } from './advance.js';
import { parseOpenSweep, readSweep } from './documents.js';
import { readTrials } from './history.js';
import { isOpen } from './plan.js';
import { catchUp, settleTrial, stopRun, type SweepPorts } from './trials.js';

const PAGE = 200;
/** Of sweeps, and of the trials of each. */
const CONCURRENCY = 4;

export interface ReconciledSweeps {
  /** Sweeps that have not ended, and were looked at. */
  sweeps: number;
  /** Those with which something went wrong; the log says what. */
  failed: number;
}

/** Looks at each sweep that has not ended, and at the runs of its open trials. */
export async function reconcileSweeps(cp: SweepPorts): Promise<ReconciledSweeps> {
  const done: ReconciledSweeps = { sweeps: 0, failed: 0 };
  const seen = new Set<string>();
  for (let startAfter: StoredDocument | undefined; ;) {
    const page = await cp.store.query(queries.openSweeps({ startAfter, limit: PAGE }));
    await inParallel(page, CONCURRENCY, async (document) => {
      try {
        const { sweepId } = parseOpenSweep(document);
        if (seen.has(sweepId)) return;
        seen.add(sweepId);
        done.sweeps++;
        await withLogFields({ sweepId }, () => reconcileSweep(cp, sweepId));
      } catch (error) {
        done.failed++;
        cp.log('ERROR', 'a sweep could not be reconciled', { path: document.path, error });
      }
    });
    startAfter = page.at(-1);
    if (page.length < PAGE) return done;
  }
}

async function reconcileSweep(cp: SweepPorts, sweepId: string): Promise<void> {
  const sweep = await readSweep(cp.store, sweepId);
  if (!sweep) return;
  const trials = await readTrials(cp.store, sweepId);
  await inParallel(trials.filter(isOpen), CONCURRENCY, async (trial) => {
    const run = trial.runId === null ? undefined : await readRun(cp.store, trial.runId);
    if (!run) return;
    if (isTerminal(run.status)) return settleTrial(cp, sweep, trial.number, run.runId);
    if (trial.pruning) return stopRun(cp, run.runId);
    const isBehind = run.currentEpoch > (trial.curve.at(-1)?.epoch ?? 0);
    if (sweep.pruner.kind !== 'none' && isBehind) await catchUp(cp, sweep, trial, run.runId);
  });
  await advanceSweep(cp, sweepId);
}
