/** How good predicted answers are, yes or no. Definitions and edge cases are those of scikit-learn. */
import { expectedCalibrationError } from './calibration/curve.js';
import { isOne, within, type Measures, type RatedRows } from './ratedRows.js';
import { tiesOf, total, weightedSum, weightsOfTies, type Ties } from './ties.js';

/** Rows of each kind, by what they are taken for; sums of weights. */
export interface Confusion {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** The least distance from 0 and 1 that the logarithm of a prediction is taken at. */
const SURE = Number.EPSILON;

/** Measures the rows, once for each weighting of them; what is not defined is left out. */
export function answerMeasurer(rows: RatedRows, threshold: number): (weights?: Float64Array) => Measures {
  const { actual, predicted } = rows;
  const isOneOf = actual.map((y) => (isOne(y) ? 1 : 0));
  const probabilities = predicted.map(within);
  const costs = probabilities.map((probability, i) => costOf(probability, isOneOf[i]!));
  const squares = probabilities.map((probability, i) => (probability - isOneOf[i]!) ** 2);
  const ties = tiesOf(predicted);
  const once = new Float64Array(actual.length).fill(1);
  return (weights = once) => {
    const all = total(weights);
    const confusion = confusionOf(rows, threshold, weights);
    const { truePositives, trueNegatives, falsePositives, falseNegatives } = confusion;
    return {
      accuracy: (truePositives + trueNegatives) / all,
      answerPrecision: shareOrZero(truePositives, truePositives + falsePositives),
      answerRecall: shareOrZero(truePositives, truePositives + falseNegatives),
      f1: f1Of(confusion),
      ...byOrder(ties, isOneOf, weights),
      logLoss: weightedSum(weights, costs) / all,
      brier: weightedSum(weights, squares) / all,
      calibrationError: expectedCalibrationError(rows, weights),
    };
  };
}

/** −log of the probability of what the row is. */
function costOf(probability: number, one: number): number {
  const ofTruth = one === 1 ? probability : 1 - probability;
  return -Math.log(Math.min(1 - SURE, Math.max(SURE, ofTruth)));
}

export function confusionOf(
  { predicted, actual }: RatedRows,
  threshold: number,
  weights?: Float64Array,
): Confusion {
  const confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let i = 0; i < actual.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const isTaken = predicted[i]! >= threshold;
    if (isOne(actual[i]!)) confusion[isTaken ? 'truePositives' : 'falseNegatives'] += weight;
    else confusion[isTaken ? 'falsePositives' : 'trueNegatives'] += weight;
  }
  return confusion;
}

export function f1Of({
  truePositives,
  falsePositives,
  falseNegatives,
}: Omit<Confusion, 'trueNegatives'>): number {
  return shareOrZero(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/** 0 of nothing, as scikit-learn has it. */
function shareOrZero(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The area under the ROC curve, by ranks (Mann and Whitney), where both kinds occur; and the average precision. */
function byOrder(ties: Ties, isOneOf: Float64Array, weights: Float64Array): Measures {
  const all = weightsOfTies(ties, weights);
  const ones = weightsOfTies(
    ties,
    weights.map((weight, row) => weight * isOneOf[row]!),
  );
  const [allOnes, allRows] = [total(ones), total(all)];
  const allZeros = allRows - allOnes;
  let [taken, onesTaken, pairs, precisions] = [0, 0, 0, 0];
  // From the greatest prediction down.
  for (let tie = ties.count - 1; tie >= 0; tie--) {
    const [own, zeros] = [ones[tie]!, all[tie]! - ones[tie]!];
    pairs += zeros * (onesTaken + own / 2);
    taken += all[tie]!;
    onesTaken += own;
    if (own > 0) precisions += own * (onesTaken / taken);
  }
  return {
    ...(allOnes > 0 && allZeros > 0 && { auc: pairs / (allOnes * allZeros) }),
    averagePrecision: allOnes > 0 ? precisions / allOnes : 0,
  };
}
