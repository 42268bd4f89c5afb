/** A sweep of our own store, as it is written to MLflow. */
import type { ControlPlane } from '../controlPlane.js';
import { readEnd, readSweep } from '../sweeps/documents.js';
import type { SweepFacts } from './sweepRun.js';

/** What its document says of it, and of the experiment that it is in; undefined where it has none. */
export async function storedSweep(
  { store }: Pick<ControlPlane, 'store'>,
  sweepId: string,
): Promise<(SweepFacts & { experiment: string | null }) | undefined> {
  const sweep = await readSweep(store, sweepId);
  if (!sweep) return undefined;
  const { modelId, name, createdAt, experiment } = sweep;
  const end = (await readEnd(store, sweep)) ?? 'none';
  return { sweepId, modelId, name, createdAt, experiment, end };
}
