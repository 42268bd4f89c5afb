/** From which prediction on a row is best taken for a 1, by rows of which both are known. */
import { f1Of } from './answerMeasures.js';
import { isOne, type RatedRows } from './ratedRows.js';
import { ascending, eachTie } from './ties.js';

/** The prediction with the best F1, the least of those that share it; null where there are no rows of one of both kinds. */
export function bestF1Threshold(rows: RatedRows): number | null {
  const ones = rows.actual.reduce((sum, y) => sum + (isOne(y) ? 1 : 0), 0);
  if (ones === 0 || ones === rows.actual.length) return null;
  let best = { threshold: 0, f1: -1 };
  eachThreshold(rows, (threshold, { truePositives, falsePositives }) => {
    const f1 = f1Of({ truePositives, falsePositives, falseNegatives: ones - truePositives });
    if (f1 >= best.f1) best = { threshold, f1 };
  });
  return best.threshold;
}

/** The least prediction that reaches the precision, which finds the most ones with it; null where none does. */
export function thresholdOfPrecision(rows: RatedRows, precision: number): number | null {
  let found: number | null = null;
  eachThreshold(rows, (threshold, { truePositives, falsePositives }) => {
    if (truePositives / (truePositives + falsePositives) >= precision) found = threshold;
  });
  return found;
}

/** Visits every distinct prediction, the greatest first, with what would be taken for a 1. */
function eachThreshold(
  { predicted, actual }: RatedRows,
  visit: (threshold: number, taken: { truePositives: number; falsePositives: number }) => void,
): void {
  const order = ascending(predicted).toReversed();
  let [truePositives, falsePositives] = [0, 0];
  eachTie(order, predicted, (from, to) => {
    for (let i = from; i < to; i++) {
      if (isOne(actual[order[i]!]!)) truePositives++;
      else falsePositives++;
    }
    visit(predicted[order[from]!]!, { truePositives, falsePositives });
  });
}
