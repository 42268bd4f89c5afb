import { runName, type Estimate, type Run, type TrainingSpec } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { queries } from '../queries.js';
import { listEpochs, listStages, parseRun } from './repository.js';

/**
 * What a run of this specification would take on its first tier, from the newest completed run of the model: the seconds of its
 * other stages, and of its mean epoch times the epochs asked for. Early stopping makes it less. Nothing is known before the first.
 */
export async function estimateRun(cp: ControlPlane, modelId: string, spec: TrainingSpec): Promise<Estimate> {
  const [document] = await cp.store.query(
    queries.runsOfModel(modelId, { status: 'completed' }, { limit: 1 }),
  );
  const basis = document && parseRun(document);
  const seconds = basis ? await secondsLike(cp, basis, spec.training.epochs) : null;
  const tierName = spec.compute.tiers?.[0] ?? '';
  const usdPerHour = cp.config.tiers.find(({ name }) => name === tierName)?.usdPerHour ?? null;
  return {
    basis: basis ? { runId: basis.runId, name: runName(basis) } : null,
    tier: tierName,
    seconds,
    usd: seconds === null || usdPerHour === null ? null : (seconds / 3600) * usdPerHour,
    memoryMb: basis?.peakMemory?.rssMb ?? null,
    gpuMemoryMb: basis?.peakMemory?.gpuMemoryMb ?? null,
  };
}

async function secondsLike(cp: ControlPlane, basis: Run, epochs: number): Promise<number | null> {
  const rows = await listEpochs(cp.store, basis.runId);
  if (rows.length === 0) return null;
  const perEpoch = rows.reduce((sum, row) => sum + row.seconds, 0) / rows.length;
  const others = (await listStages(cp.store, basis.runId)).filter(({ stage }) => stage !== 'train');
  return others.reduce((sum, { seconds }) => sum + seconds, 0) + perEpoch * epochs;
}
