import type { BestTrial, Trial } from '@trainyard/shared';

/** The trial of that number, if it is completed and has a value. */
export function completedTrial(trials: readonly Trial[], wanted: number): BestTrial | null {
  const trial = trials.find(({ number }) => number === wanted);
  if (trial?.state !== 'completed' || trial.runId === null || trial.value === null) return null;
  const { number, runId, value, parameters } = trial;
  return { number, runId, value, parameters };
}
