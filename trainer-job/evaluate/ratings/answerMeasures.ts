/** How good predicted answers are, yes or no. Definitions and edge cases are those of scikit-learn. */
import { expectedCalibrationError } from './calibration/curve.js';
import { isOne, within, type Measures, type RatedRows } from './ratedRows.js';
import { ascending, eachTie, meanOf, sumOf, type Weights } from './ties.js';

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
  const count = rows.actual.length;
  const order = ascending(rows.predicted);
  const probabilities = rows.predicted.map(within);
  const ones = rows.actual.map((y) => (isOne(y) ? 1 : 0));
  return (weights) => {
    const confusion = confusionOf(rows, threshold, weights);
    const { truePositives, trueNegatives, falsePositives, falseNegatives } = confusion;
    return {
      accuracy: (truePositives + trueNegatives) / sumOf(weights, count),
      answerPrecision: shareOrZero(truePositives, truePositives + falsePositives),
      answerRecall: shareOrZero(truePositives, truePositives + falseNegatives),
      f1: f1Of(confusion),
      ...byOrder(rows, order, weights),
      logLoss: meanOf(count, weights, (i) => costOf(probabilities[i]!, ones[i]!)),
      brier: meanOf(count, weights, (i) => (probabilities[i]! - ones[i]!) ** 2),
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
function byOrder(
  { predicted, actual }: RatedRows,
  order: Uint32Array,
  weights: Weights,
): { auc?: number; averagePrecision: number } {
  let [onesBelow, zerosBelow, pairs] = [0, 0, 0];
  // Of all rows at or above a prediction, what lies below is known once it is gone through from below.
  const steps: { ones: number; zeros: number }[] = [];
  eachTie(order, predicted, (from, to) => {
    const tie = { ones: 0, zeros: 0 };
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      tie[isOne(actual[row]!) ? 'ones' : 'zeros'] += weights ? weights[row]! : 1;
    }
    pairs += tie.ones * (zerosBelow + tie.zeros / 2);
    onesBelow += tie.ones;
    zerosBelow += tie.zeros;
    steps.push(tie);
  });
  return {
    ...(onesBelow > 0 && zerosBelow > 0 && { auc: pairs / (onesBelow * zerosBelow) }),
    averagePrecision: onesBelow > 0 ? averagePrecision(steps, onesBelow) : 0,
  };
}

/** `steps`: the ones and zeros of each distinct prediction, the least first. */
function averagePrecision(steps: readonly { ones: number; zeros: number }[], allOnes: number): number {
  let [ones, taken, sum] = [0, 0, 0];
  for (const step of steps.toReversed()) {
    ones += step.ones;
    taken += step.ones + step.zeros;
    if (step.ones > 0) sum += (step.ones / allOnes) * (ones / taken);
  }
  return sum;
}
