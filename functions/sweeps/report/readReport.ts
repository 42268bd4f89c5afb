import { type FinalRun, type RunView, type Sweep } from '@trainyard/shared';
import { compare } from '../../comparison/compare.js';
import type { ControlPlane } from '../../controlPlane.js';
import { readRun, viewOf } from '../../runs/repository.js';
import { repeatsOf } from '../../runs/related/repeats.js';
import { readTrials } from '../history.js';
import { readSweepView } from '../view.js';
import type { SweepReport } from './section.js';
import { sweepFileOf } from './sweepFile.js';
import type { Worth } from './worth.js';

/** So many final runs are looked at, the newest. */
const MOST_FINALS = 5;

type Reading = Pick<ControlPlane, 'store' | 'objects' | 'now'>;

/** All that the report of a sweep shows, as it is now. */
export async function readReport(cp: Reading, sweep: Sweep): Promise<SweepReport> {
  const [view, found] = await Promise.all([
    readSweepView(cp.store, sweep),
    readTrials(cp.store, sweep.sweepId),
  ]);
  const trials = found.map(({ schemaVersion: _version, ...trial }) => trial);
  const worths: Worth[] = [];
  for (const final of view.finals.slice(-MOST_FINALS)) {
    const worth = await readWorth(cp, final);
    if (worth) worths.push(worth);
  }
  return { sweep: view, trials, file: sweepFileOf(view, trials), worths, at: cp.now() };
}

/** Undefined where its run is not there any more. */
async function readWorth(cp: Reading, final: FinalRun): Promise<Worth | undefined> {
  const { runId, baselineRunId } = final;
  const [run, repeats, baseline] = await Promise.all([
    runViewOf(cp, runId),
    repeatsOf(cp, runId),
    baselineRunId === null ? undefined : runViewOf(cp, baselineRunId),
  ]);
  if (!run) return undefined;
  const areBoth = run.status === 'completed' && baseline?.status === 'completed';
  // Both are of the model of the sweep, which the caller may see.
  const comparison = areBoth
    ? await compare(cp, { runs: [baseline.runId, runId], include: ['splits'] }, () => true)
    : null;
  return { final, run, baseline: baseline ?? null, repeats, comparison };
}

async function runViewOf({ store }: Reading, runId: string): Promise<RunView | undefined> {
  const run = await readRun(store, runId);
  return run && viewOf(run);
}
