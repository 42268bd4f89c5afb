/** What a model that predicts targets is compared with. */
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Rater } from '../ratings/rater.js';
import { globalMean } from './globalMean.js';
import { trainTargets } from './trainTargets.js';
import { userItemMean } from './userItemMean.js';

/** Of the training rows alone; `isBinary` as a prediction is the probability of a 1. */
export function ratingBaselines(data: EncodedDataset, target: FittedTarget, isBinary: boolean): Rater[] {
  const train = trainTargets(data, target);
  return [globalMean(train), userItemMean(data, train, isBinary)];
}
