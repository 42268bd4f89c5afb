import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { ratedPairs, type RatedPairs } from '../ratings/ratedPairs.js';
import { actualTargets } from '../ratings/ratingMetrics.js';

/** The training rows that have a target. */
export interface TrainTargets {
  pairs: RatedPairs;
  /** [rows] as the metrics take them. */
  actual: Float64Array;
  /** Of all of them; 0 without any. */
  mean: number;
}

export function trainTargets(data: EncodedDataset, target: FittedTarget): TrainTargets {
  const pairs = ratedPairs(data, 'train');
  const actual = actualTargets(target, pairs);
  const mean = actual.reduce((sum, value) => sum + value, 0) / Math.max(actual.length, 1);
  return { pairs, actual, mean };
}
