/** The newest completed run of a model with what it measured: estimates and the least memory of the next run go by it. */
import type { Epoch, Run, Stage } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { queries } from '../queries.js';
import { listEpochs, listStages, parseRun } from './repository.js';

export interface Basis {
  run: Run;
  /** In the order of the stages. */
  stages: readonly Stage[];
}

export interface MeasuredBasis extends Basis {
  epochs: readonly Epoch[];
}

type Store = Pick<ControlPlane, 'store'>;

/** Undefined where no run of the model is completed. */
export async function readBasis({ store }: Store, modelId: string): Promise<Basis | undefined> {
  const [document] = await store.query(queries.runsOfModel(modelId, { status: 'completed' }, { limit: 1 }));
  if (!document) return undefined;
  const run = parseRun(document);
  return { run, stages: await listStages(store, run.runId) };
}

export async function withEpochs(
  { store }: Store,
  basis: Basis | undefined,
): Promise<MeasuredBasis | undefined> {
  return basis && { ...basis, epochs: await listEpochs(store, basis.run.runId) };
}
