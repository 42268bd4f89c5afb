import { runName, type Relative, type Relatives, type Run } from '@trainyard/shared';
import type { DocumentStore } from '../../ports/documentStore/documentStore.js';
import { queries } from '../../queries.js';
import { parseRun, readRun } from '../repository.js';

/** The runs that a run comes from and those that come from it, the first first; those that `isVisible` refuses are not there. */
export async function relativesOf(
  store: DocumentStore,
  { runId, quickRunId, parentRunId }: Run,
  isVisible: (run: Run) => boolean,
): Promise<Relatives> {
  const [quickTest, parent, fullRuns, children] = await Promise.all([
    quickRunId === null ? undefined : readRun(store, quickRunId),
    parentRunId === null ? undefined : readRun(store, parentRunId),
    runsFrom(store, 'quickRunId', runId),
    runsFrom(store, 'parentRunId', runId),
  ]);
  const one = (run: Run | undefined) => (run && isVisible(run) ? relative(run) : null);
  const all = (runs: Run[]) => runs.filter(isVisible).map(relative);
  return { quickTest: one(quickTest), fullRuns: all(fullRuns), parent: one(parent), children: all(children) };
}

/** In the order of their numbers. */
export async function runsFrom(
  store: DocumentStore,
  field: 'quickRunId' | 'parentRunId',
  runId: string,
): Promise<Run[]> {
  const found = await store.query(queries.runsFrom(field, runId));
  return found.map(parseRun).toSorted((a, b) => a.runNumber - b.runNumber);
}

function relative(run: Run): Relative {
  const { runId, title, status, repeat } = run;
  return { runId, name: runName(run), title, status, repeat };
}
