import { METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';
import { decodedTarget, encodedTarget } from '@trainyard/recommender/encode/target';
import { distinctFinder } from '../../model/distinct.js';
import type { RatingModel, TwoTowerModel } from '../../model/twoTowerModel.js';
import type { RatedPairs } from './ratedPairs.js';
import { actualTarget, isBinaryTarget, ratingMetrics } from './ratingMetrics.js';

/** Pairs that go through the head at once. */
const BLOCK = 16_384;

/** The loss, the mean over the rows, and how far predictions are off, as metrics of the split; empty when no row counts. */
export async function scoreRatings(
  model: TwoTowerModel,
  rating: RatingModel,
  pairs: RatedPairs,
  split: MetricSplit,
  between: () => Promise<void> = async () => {},
): Promise<Metrics> {
  const count = pairs.targets.length;
  if (count === 0) return {};
  const { head, target } = rating;
  const { outputs, row, prediction } = head.loss;
  const predicted = new Float64Array(count);
  const predict = predictor(model, rating);
  let loss = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    const logits = predict(pairs.queries.subarray(start, end), pairs.items.subarray(start, end));
    const unused = new Float32Array(logits.length);
    for (let i = start, at = 0; i < end; i++, at += outputs) {
      loss += row(logits, at, encodedTarget(target, pairs.targets[i]!), unused);
      predicted[i] = decodedTarget(target, prediction(logits, at));
    }
    await between();
  }
  const actual = Float64Array.from(pairs.targets, (value) => actualTarget(target, value));
  const binary = isBinaryTarget(rating);
  return {
    [metricName(METRICS.loss, split)]: loss / count,
    ...ratingMetrics({ predicted, actual }, binary, split),
  };
}

/** Takes pairs of entities to the head's outputs, each entity once through its tower. */
function predictor(model: TwoTowerModel, { head }: RatingModel) {
  const distinctQueries = distinctFinder(model.query.data.entities);
  const distinctItems = distinctFinder(model.candidate.data.entities);
  return (queries: Int32Array, items: Int32Array): Float32Array => {
    const [query, item] = [distinctQueries(queries), distinctItems(items)];
    const pass = head.forward({
      queries: model.outputs('query', query.values),
      items: model.outputs('candidate', item.values),
      pairQuery: query.position,
      pairItem: item.position,
    });
    pass.dispose();
    return pass.logits;
  };
}
