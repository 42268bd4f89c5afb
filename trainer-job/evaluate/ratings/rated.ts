/** What every method predicts for the same rows. */
import { METRICS, metricName, type Metrics } from '@trainyard/shared';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';
import { ratingBaselines } from '../baselines/ratingBaselines.js';
import { MODEL, type Rated } from '../part.js';
import { ratedPairs } from './ratedPairs.js';
import { actualTargets, isBinaryTarget, ratingMetrics } from './ratingMetrics.js';
import { predictRatings } from './predictRatings.js';

/** Of the model and of the baselines, and the model's loss; null for a model that predicts nothing. */
export async function ratedSplit(
  model: TwoTowerModel,
  data: EncodedDataset,
  split: SplitName,
  between: () => Promise<void>,
): Promise<(Rated & { loss: number }) | null> {
  const { rating } = model;
  if (!rating) return null;
  const pairs = ratedPairs(data, split);
  const { predicted: own, loss } = await predictRatings(model, rating, pairs, between);
  const predicted = new Map([[MODEL, own]]);
  for (const { name, predict } of ratingBaselines(data, rating.target)) {
    predicted.set(name, await predict(pairs, between));
  }
  return {
    pairs,
    actual: actualTargets(rating.target, pairs),
    isBinary: isBinaryTarget(rating),
    predicted,
    loss,
  };
}

/** Of the model on the test split. */
export function modelMetrics({ loss, ...rated }: Rated & { loss: number }): Metrics {
  return rated.actual.length === 0
    ? {}
    : { [metricName(METRICS.loss, 'test')]: loss, ...metricsByMethod(rated)[MODEL] };
}

/** Of each baseline on the test split. */
export function metricsByBaseline(rated: Rated): Record<string, Metrics> {
  const { [MODEL]: _own, ...others } = metricsByMethod(rated);
  return others;
}

function metricsByMethod({ actual, isBinary, predicted }: Rated): Record<string, Metrics> {
  return Object.fromEntries(
    [...predicted].map(([name, own]) => [
      name,
      ratingMetrics({ predicted: own, actual }, { isBinary }, 'test'),
    ]),
  );
}
