import type { BestTrial, Sweep, Trial } from '@trainyard/shared';
import { isBetter } from './search/trial.js';

/** The trial of that number, if it is completed and has a value. */
export function completedTrial(trials: readonly Trial[], wanted: number): BestTrial | null {
  const trial = trials.find(({ number }) => number === wanted);
  if (trial?.state !== 'completed' || trial.runId === null || trial.value === null) return null;
  const { number, runId, value, parameters } = trial;
  return { number, runId, value, parameters };
}

/** The completed trial with the best value, the first of those that are alike; null while there is none. */
export function bestOf({ direction }: Sweep['objective'], trials: readonly Trial[]): BestTrial | null {
  let best: BestTrial | null = null;
  for (const { number, runId, state, value, parameters } of trials) {
    if (state !== 'completed' || runId === null || value === null) continue;
    if (best === null || isBetter(value, best.value, direction)) best = { number, runId, value, parameters };
  }
  return best;
}
