/** How far predicted numbers are from the true ones. Definitions and edge cases are those of scikit-learn and SciPy. */
import type { Measures, RatedRows } from './ratedRows.js';
import { ascending, eachTie, meanOf, type Weights } from './ties.js';

/** Measures the rows, once for each weighting of them; what is not defined is left out. */
export function numberMeasurer({ predicted, actual }: RatedRows): (weights?: Float64Array) => Measures {
  const count = actual.length;
  const orders = [ascending(predicted), ascending(actual)] as const;
  const errors = actual.map((y, i) => predicted[i]! - y);
  return (weights) => {
    const ranks = [ranksOf(predicted, orders[0], weights), ranksOf(actual, orders[1], weights)] as const;
    const mape = percentageError({ predicted, actual }, weights);
    const pearson = correlation(predicted, actual, weights);
    const spearman = correlation(ranks[0], ranks[1], weights);
    return {
      rmse: Math.sqrt(meanOf(count, weights, (i) => errors[i]! ** 2)),
      mae: meanOf(count, weights, (i) => Math.abs(errors[i]!)),
      ...explained(errors, actual, weights),
      ...(mape !== undefined && { mape }),
      ...(pearson !== undefined && { pearson }),
      ...(spearman !== undefined && { spearman }),
    };
  };
}

/** R² is not defined of fewer than two rows; where the targets do not vary, both are 1 or 0. */
function explained(errors: Float64Array, actual: Float64Array, weights: Weights) {
  const count = actual.length;
  const [mean, meanError] = [actual, errors].map((values) => meanOf(count, weights, (i) => values[i]!));
  const variance = meanOf(count, weights, (i) => (actual[i]! - mean!) ** 2);
  const areTargetsEqual = isConstant(actual, weights);
  const share = (unexplained: number, isNone: boolean) => {
    if (areTargetsEqual) return isNone ? 1 : 0;
    return 1 - unexplained / variance;
  };
  const squares = meanOf(count, weights, (i) => errors[i]! ** 2);
  const varianceOfErrors = meanOf(count, weights, (i) => (errors[i]! - meanError!) ** 2);
  return {
    ...(count >= 2 && { r2: share(squares, squares === 0) }),
    explainedVariance: share(varianceOfErrors, isConstant(errors, weights)),
  };
}

function percentageError({ predicted, actual }: RatedRows, weights: Weights): number | undefined {
  const nonZero = actual.map((y, i) => (y === 0 ? 0 : weights ? weights[i]! : 1));
  const mean = meanOf(actual.length, nonZero, (i) => Math.abs((predicted[i]! - actual[i]!) / actual[i]!));
  return Number.isNaN(mean) ? undefined : mean;
}

/** Pearson's; undefined where either side is the same in all rows. */
function correlation(a: Float64Array, b: Float64Array, weights: Weights): number | undefined {
  if (isConstant(a, weights) || isConstant(b, weights)) return undefined;
  const [meanA, meanB] = [a, b].map((values) => meanOf(a.length, weights, (i) => values[i]!));
  const product = meanOf(a.length, weights, (i) => (a[i]! - meanA!) * (b[i]! - meanB!));
  const [varianceA, varianceB] = [
    meanOf(a.length, weights, (i) => (a[i]! - meanA!) ** 2),
    meanOf(a.length, weights, (i) => (b[i]! - meanB!) ** 2),
  ];
  return Math.max(-1, Math.min(1, product / (Math.sqrt(varianceA) * Math.sqrt(varianceB))));
}

/** Whether all rows with a weight have one value: no row, and one, do. */
function isConstant(values: Float64Array, weights: Weights): boolean {
  let first: number | undefined;
  return values.every((value, i) => {
    if (weights && weights[i] === 0) return true;
    first ??= value;
    return value === first;
  });
}

/** [rows] the place of each in ascending order, equal ones in the middle of theirs; a row of weight 2 counts as two. */
function ranksOf(values: Float64Array, order: Uint32Array, weights: Weights): Float64Array {
  const ranks = new Float64Array(values.length);
  let before = 0;
  eachTie(order, values, (from, to) => {
    let own = 0;
    for (let i = from; i < to; i++) own += weights ? weights[order[i]!]! : 1;
    for (let i = from; i < to; i++) ranks[order[i]!] = before + (own + 1) / 2;
    before += own;
  });
  return ranks;
}
