import type { TrainingSpec } from '@trainyard/shared';

/** How many scores, float32, one matrix of them may hold. */
export function scoreCapacity({ training }: Pick<TrainingSpec, 'training'>): number {
  return Math.floor((training.scoreMegabytes * 1024 * 1024) / Float32Array.BYTES_PER_ELEMENT);
}
