/** Where a run is, beside Trainyard: said by whoever wrote it there, and by nobody else. */
import { paths, type Run } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { inTurn } from '../../inTurn.js';
import { readRun } from '../repository.js';

/** The run as it is then; undefined where there is none. What is said already changes nothing. */
export function nameExternal(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  runId: string,
  external: NonNullable<Run['external']>,
): Promise<Run | undefined> {
  return inTurn(`run ${runId}`, (askedAt) =>
    cp.store.optimistic(async (tx) => {
      const run = await readRun(tx, runId);
      if (!run || isSame(run.external, external)) return run;
      const named = { ...run, external, updatedAt: cp.now().toISOString() };
      tx.set(paths.run(runId), named);
      return named;
    }, askedAt),
  );
}

function isSame(before: Run['external'], now: NonNullable<Run['external']>): boolean {
  return (
    before?.mlflowUrl === now.mlflowUrl &&
    before.mlflowRunId === now.mlflowRunId &&
    before.mlflowExperimentId === now.mlflowExperimentId
  );
}
