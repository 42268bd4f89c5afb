/** How far predicted numbers are from the true ones. Definitions and edge cases are those of scikit-learn and SciPy. */
import type { Measures, RatedRows } from './ratedRows.js';
import { tiesOf, total, weightedProduct, weightedSum, weightsOfTies, type Ties } from './ties.js';

/** What of the rows does not depend on their weights. */
interface Prepared extends RatedRows {
  /** [rows] */
  errors: Float64Array;
  sizes: Float64Array;
  squares: Float64Array;
  /** 1 where the target is not 0, else 0; and the error as a share of it. */
  isNonZero: Float64Array;
  shares: Float64Array;
  ties: { predicted: Ties; actual: Ties };
}

/** Measures the rows, once for each weighting of them; what is not defined is left out. */
export function numberMeasurer({ predicted, actual }: RatedRows): (weights?: Float64Array) => Measures {
  const errors = actual.map((y, i) => predicted[i]! - y);
  const prepared: Prepared = {
    predicted,
    actual,
    errors,
    sizes: errors.map(Math.abs),
    squares: errors.map((error) => error * error),
    isNonZero: actual.map((y) => (y === 0 ? 0 : 1)),
    shares: errors.map((error, i) => (actual[i] === 0 ? 0 : Math.abs(error / actual[i]!))),
    ties: { predicted: tiesOf(predicted), actual: tiesOf(actual) },
  };
  const once = new Float64Array(actual.length).fill(1);
  return (weights = once) => measured(prepared, weights);
}

function measured(rows: Prepared, weights: Float64Array): Measures {
  const all = total(weights);
  const nonZero = weightedSum(weights, rows.isNonZero);
  const areTargetsEqual = isConstant(rows.actual, weights);
  const pearson =
    areTargetsEqual || isConstant(rows.predicted, weights)
      ? undefined
      : correlation(rows.predicted, rows.actual, weights);
  const spearman =
    pearson === undefined
      ? undefined
      : correlation(ranksOf(rows.ties.predicted, weights), ranksOf(rows.ties.actual, weights), weights);
  return {
    rmse: Math.sqrt(weightedSum(weights, rows.squares) / all),
    mae: weightedSum(weights, rows.sizes) / all,
    ...explained(rows, weights, { all, areTargetsEqual }),
    ...(nonZero > 0 && { mape: weightedSum(weights, rows.shares) / nonZero }),
    ...(pearson !== undefined && { pearson }),
    ...(spearman !== undefined && { spearman }),
  };
}

/** A constant explains nothing, and sums of many rows are off by as much. */
const ROUNDING = 1e-13;

/** R² is not defined of fewer than two rows; where the targets do not vary, both are 1 or 0. */
function explained(
  { actual, errors, squares }: Prepared,
  weights: Float64Array,
  { all, areTargetsEqual }: { all: number; areTargetsEqual: boolean },
): Measures {
  const deviations = areTargetsEqual ? 0 : squaresAround(actual, weightedSum(weights, actual) / all, weights);
  const share = (unexplained: number, isNone: boolean) => {
    if (areTargetsEqual) return isNone ? 1 : 0;
    const explains = 1 - unexplained / deviations;
    return Math.abs(explains) < ROUNDING ? 0 : explains;
  };
  const allSquares = weightedSum(weights, squares);
  const aroundMean = squaresAround(errors, weightedSum(weights, errors) / all, weights);
  return {
    ...(actual.length >= 2 && { r2: share(allSquares, allSquares === 0) }),
    explainedVariance: share(aroundMean, isConstant(errors, weights)),
  };
}

function squaresAround(values: Float64Array, mean: number, weights: Float64Array): number {
  return weightedProduct(weights, values, values, { a: mean, b: mean });
}

/** Pearson's, of what varies on both sides. */
function correlation(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  const all = total(weights);
  const from = { a: weightedSum(weights, a) / all, b: weightedSum(weights, b) / all };
  const product = weightedProduct(weights, a, b, from);
  const [ofA, ofB] = [squaresAround(a, from.a, weights), squaresAround(b, from.b, weights)];
  return Math.max(-1, Math.min(1, product / (Math.sqrt(ofA) * Math.sqrt(ofB))));
}

/** Whether all rows with a weight have one value: no row, and one, do. */
function isConstant(values: Float64Array, weights: Float64Array): boolean {
  let first: number | undefined;
  for (let row = 0; row < values.length; row++) {
    if (weights[row] === 0) continue;
    first ??= values[row]!;
    if (values[row] !== first) return false;
  }
  return true;
}

/** [rows] the place of each in ascending order, equal ones in the middle of theirs; a row of weight 2 counts as two. */
function ranksOf(ties: Ties, weights: Float64Array): Float64Array {
  const ranks = weightsOfTies(ties, weights);
  let before = 0;
  for (let tie = 0; tie < ranks.length; tie++) {
    const own = ranks[tie]!;
    ranks[tie] = before + (own + 1) / 2;
    before += own;
  }
  const { tieOf } = ties;
  const ofRows = new Float64Array(tieOf.length);
  for (let row = 0; row < tieOf.length; row++) ofRows[row] = ranks[tieOf[row]!]!;
  return ofRows;
}
