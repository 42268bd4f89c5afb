/** A control plane whose first tier is a platform's, and whose second one is a fake that always has room. */
import { paths, runEventRecordSchema, type Run } from '@trainyard/shared';
import type { z } from 'zod';
import type { tierSchema } from '../../functions/config.js';
import type { ControlPlane } from '../../functions/controlPlane.js';
import type { JobLauncher } from '../../functions/ports/jobLauncher/jobLauncher.js';
import { dispatch } from '../../functions/runs/dispatch.js';
import { reconcileRun } from '../../functions/runs/reconcile.js';
import { testControlPlane } from './controlPlane.js';

/** What became of a run: the names of the events it took, and how it stands. */
export interface Outcome {
  events: string[];
  run: Run;
  /** What the call threw: nobody knows, and it is tried again. */
  thrown?: Error;
}

export async function launchedBy(
  launcher: JobLauncher,
  tier: z.input<typeof tierSchema>,
  start: Date = new Date(),
) {
  const tiers = [tier, { name: 'spare', launcher: 'fake' }];
  const plane = await testControlPlane({ tiers });
  plane.pass((start.getTime() - plane.now().getTime()) / 1000);
  const cp: ControlPlane = { ...plane, launchers: { fake: plane.launcher, [tier.launcher]: launcher } };
  const { runId } = await plane.request();
  const outcome = async (work: () => Promise<void>): Promise<Outcome> => {
    const before = new Set(recorded().map(({ id }) => id));
    let thrown: Error | undefined;
    try {
      await work();
    } catch (error) {
      thrown = error as Error;
    }
    const events = recorded().flatMap(({ id, what }) => (before.has(id) ? [] : what));
    return { events, run: await plane.run(runId), ...(thrown && { thrown }) };
  };
  const recorded = () =>
    Object.entries(plane.documents())
      .filter(([path]) => path.startsWith(paths.event(runId, '')))
      .map(([, data]) => runEventRecordSchema.parse(data))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return {
    cp,
    plane,
    runId,
    dispatch: () => outcome(() => dispatch(cp, runId)),
    reconcile: () => outcome(() => reconcileRun(cp, runId)),
  };
}
