import type { Run } from './run.js';

/** Below it a GPU waits more than it works. */
const LOW_GPU_PERCENT = 40;
/** Fewer heartbeats say little. */
const FEWEST_SAMPLES = 5;

/** What a run that is over could do better, in words: none where nothing is known to be amiss. */
export function adviceOn({ gpuUse, spec }: Pick<Run, 'gpuUse' | 'spec'>): string[] {
  if (!gpuUse || gpuUse.samples < FEWEST_SAMPLES || gpuUse.meanPercent >= LOW_GPU_PERCENT) return [];
  const { batchSize } = spec.training;
  return [
    `the GPUs were used ${Math.round(gpuUse.meanPercent)} % of the time: raise training.batchSize (${batchSize}; --find-batch-size looks for the fastest), or train on a cheaper tier`,
  ];
}
