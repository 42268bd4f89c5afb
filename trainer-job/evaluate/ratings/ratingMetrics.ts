/** How far predicted targets are from the true ones. */
import { METRICS, metricName, type Metrics, type MetricSplit, USUAL_THRESHOLD } from '@trainyard/shared';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { RatingModel } from '../../model/twoTowerModel.js';
import { answerMeasurer } from './answerMeasures.js';
import { numberMeasurer } from './numberMeasures.js';
import type { RatedPairs } from './ratedPairs.js';
import type { Measures, RatedRows } from './ratedRows.js';

export interface Measuring {
  /** Whether targets are 0 or 1, of which a prediction is the probability of a 1. */
  isBinary: boolean;
  /** The prediction from which on a row is taken for a 1; 0.5 unless given. */
  threshold?: number;
}

/** How a method's predictions are measured. */
export function measuringOf(
  { isBinary, thresholds }: { isBinary: boolean; thresholds: ReadonlyMap<string, number> },
  method: string,
): Measuring {
  return { isBinary, threshold: thresholds.get(method) ?? USUAL_THRESHOLD };
}

/** The metrics that the split has of such targets; none of no rows, and none that is not defined of these. */
export function ratingMetrics(rows: RatedRows, measuring: Measuring, split: MetricSplit): Metrics {
  return ratingMeasurer(rows, measuring, split)();
}

/**
 * As `ratingMetrics`, for each weighting of the same rows: a row of weight 2 counts as two, and one of weight 0 is not there. Rows
 * are put in order once, so that further draws of them cost no more than going through them.
 */
export function ratingMeasurer(
  rows: RatedRows,
  { isBinary, threshold = USUAL_THRESHOLD }: Measuring,
  split: MetricSplit,
): (weights?: Float64Array) => Metrics {
  // A prediction that is no number has no place in an order, nor an error.
  if (rows.actual.length === 0 || !rows.predicted.every(Number.isFinite)) return () => ({});
  const measure = isBinary ? answerMeasurer(rows, threshold) : numberMeasurer(rows);
  return (weights) => {
    // What no row has a weight for is as undefined as what there are no rows for.
    if (weights && !weights.some((weight) => weight > 0)) return {};
    const measures = measure(weights);
    const metrics: Metrics = {};
    for (const handle of Object.keys(measures) as (keyof Measures)[]) {
      const [family, value] = [METRICS[handle], measures[handle]];
      if (family.perK || value === undefined || !Number.isFinite(value)) continue;
      if ((family.splits as readonly MetricSplit[]).includes(split))
        metrics[metricName(family, split)] = value;
    }
    return metrics;
  };
}

/** Whether the target is 0 … 1. */
export function isBinaryTarget({ head, target }: RatingModel): boolean {
  return target.threshold !== null || head.spec.loss.type === 'binaryCrossEntropy';
}

/** [rows] what the pairs' own numbers count as in the metrics. */
export function actualTargets(
  { threshold }: FittedTarget,
  { targets }: Pick<RatedPairs, 'targets'>,
): Float64Array {
  return Float64Array.from(targets, (value) => (threshold === null ? value : value >= threshold ? 1 : 0));
}
