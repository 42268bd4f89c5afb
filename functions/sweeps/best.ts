import type { BestTrial, Sweep, Trial } from '@trainyard/shared';
import { isBetter } from './search/trial.js';

/** The completed trial with the best value, the first of those that are alike; null while there is none. */
export function bestOf({ direction }: Sweep['objective'], trials: readonly Trial[]): BestTrial | null {
  let best: BestTrial | null = null;
  for (const { number, runId, state, value, parameters } of trials) {
    if (state !== 'completed' || runId === null || value === null) continue;
    if (best === null || isBetter(value, best.value, direction)) best = { number, runId, value, parameters };
  }
  return best;
}
