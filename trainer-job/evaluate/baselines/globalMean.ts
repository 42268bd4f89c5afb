import type { Rater } from '../ratings/rater.js';
import type { TrainTargets } from './trainTargets.js';

/** The mean of all targets of train, for everything. */
export function globalMean({ mean }: TrainTargets): Rater {
  return {
    name: 'globalMean',
    settings: {},
    predict: async ({ targets }) => new Float64Array(targets.length).fill(mean),
  };
}
