/** How far predicted targets are from the true ones. */
import { METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { RatingModel } from '../../model/twoTowerModel.js';
import type { RatedPairs } from './ratedPairs.js';

/** Predictions and truths of rows, in the target's own units; 0 … 1 for a target with a threshold. */
export interface RatedRows {
  predicted: Float64Array;
  actual: Float64Array;
}

/**
 * How far off predictions are, in the target's own units. Where targets are 0 … 1, each is of one kind from 0.5 on and of the
 * other below: then it is the share of pairs of both that are in the right order, ties counting half, and of rows told right.
 */
export function ratingMetrics(
  { predicted, actual }: RatedRows,
  isBinary: boolean,
  split: MetricSplit,
): Metrics {
  const count = actual.length;
  if (count === 0) return {};
  if (isBinary) {
    const right = actual.reduce(
      (sum, y, i) => sum + (isPositive(predicted[i]!) === isPositive(y) ? 1 : 0),
      0,
    );
    const auc = areaUnderCurve({ predicted, actual });
    return {
      [metricName(METRICS.accuracy, split)]: right / count,
      ...(auc !== undefined && { [metricName(METRICS.auc, split)]: auc }),
    };
  }
  let [squares, sizes] = [0, 0];
  actual.forEach((y, i) => {
    squares += (predicted[i]! - y) ** 2;
    sizes += Math.abs(predicted[i]! - y);
  });
  return {
    [metricName(METRICS.rmse, split)]: Math.sqrt(squares / count),
    [metricName(METRICS.mae, split)]: sizes / count,
  };
}

const isPositive = (value: number) => value >= 0.5;

/** By ranks (Mann and Whitney); undefined where all rows are of one kind. */
function areaUnderCurve({ predicted, actual }: RatedRows): number | undefined {
  const order = Uint32Array.from(actual.keys()).toSorted((a, b) => predicted[a]! - predicted[b]!);
  let [ones, rankSum] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && predicted[order[to]!] === predicted[order[from]!]) to++;
    const meanRank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) {
      if (!isPositive(actual[order[i]!]!)) continue;
      ones++;
      rankSum += meanRank;
    }
    from = to;
  }
  const zeros = order.length - ones;
  return ones === 0 || zeros === 0 ? undefined : (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros);
}

/** Whether the target is 0 … 1. */
export function isBinaryTarget({ head, target }: RatingModel): boolean {
  return target.threshold !== null || head.spec.loss.type === 'binaryCrossEntropy';
}

/** [rows] what the pairs' own numbers count as in the metrics. */
export function actualTargets(target: FittedTarget, { targets }: Pick<RatedPairs, 'targets'>): Float64Array {
  return Float64Array.from(targets, (value) => actualTarget(target, value));
}

function actualTarget({ threshold }: FittedTarget, value: number): number {
  return threshold === null ? value : value >= threshold ? 1 : 0;
}
