import { givenThreshold, METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';
import { decodedTarget, encodedTarget } from '@trainyard/recommender/encode/target';
import { distinctFinder } from '../../model/distinct.js';
import type { RatingModel, TwoTowerModel } from '../../model/twoTowerModel.js';
import type { RatedPairs } from './ratedPairs.js';
import { actualTargets, isBinaryTarget, ratingMetrics } from './ratingMetrics.js';

/** Pairs that go through the head at once. */
const BLOCK = 16_384;

/** What a model predicts for some pairs. */
export interface Predictions {
  /** [rows] in the target's own units; 0 … 1 for a target with a threshold. */
  predicted: Float64Array;
  /** The mean over the rows; NaN without any. */
  loss: number;
}

/** The loss, the mean over the rows, and how far predictions are off, as metrics of the split; empty when no row counts. */
export async function scoreRatings(
  model: TwoTowerModel,
  rating: RatingModel,
  pairs: RatedPairs,
  split: MetricSplit,
  between: () => Promise<void> = async () => {},
): Promise<Metrics> {
  if (pairs.targets.length === 0) return {};
  const { predicted, loss } = await predictRatings(model, rating, pairs, between);
  const actual = actualTargets(rating.target, pairs);
  return {
    [metricName(METRICS.loss, split)]: loss,
    ...ratingMetrics(
      { predicted, actual },
      { isBinary: isBinaryTarget(rating), threshold: givenThreshold(model.spec.evaluation) },
      split,
    ),
  };
}

/** What of a model its predictions are made of. */
export type Predicting = Pick<TwoTowerModel, 'query' | 'candidate' | 'outputs'>;

export async function predictRatings(
  model: Predicting,
  { head, target }: RatingModel,
  pairs: RatedPairs,
  between: () => Promise<void>,
): Promise<Predictions> {
  const count = pairs.targets.length;
  const { outputs, row, prediction } = head.loss;
  const predicted = new Float64Array(count);
  const logitsOf = headOutputs(model, head);
  let loss = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    const logits = logitsOf(pairs.queries.subarray(start, end), pairs.items.subarray(start, end));
    const unused = new Float32Array(logits.length);
    for (let i = start, at = 0; i < end; i++, at += outputs) {
      loss += row(logits, at, encodedTarget(target, pairs.targets[i]!), unused);
      predicted[i] = decodedTarget(target, prediction(logits, at));
    }
    await between();
  }
  return { predicted, loss: loss / count };
}

/** Takes pairs of entities to the head's outputs, each entity once through its tower. */
function headOutputs(model: Predicting, head: RatingModel['head']) {
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
