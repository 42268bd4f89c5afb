/** Fits what makes predicted answers probabilities, on the rows that it is given. */
import type { Calibration, CalibrationMap } from '@trainyard/recommender/layers/calibration';
import { assertNever, type CalibrationAsked } from '@trainyard/shared';
import { permutation, type Random } from '../../../model/random.js';
import { isOne, type RatedRows } from '../ratedRows.js';
import { fitIsotonic } from './isotonic.js';
import { fitPlatt } from './platt.js';

/** How many rows of each kind there are at least, so that every fit sees both. */
export const leastOfEachKind = (folds: number): number => (folds === 1 ? 1 : 2);

/** One map of all rows or, with folds, one for each of them, of the rows of the others; undefined where a fit would see one kind only. */
export function fitCalibration(
  rows: RatedRows,
  { method, folds, apply }: CalibrationAsked,
  random: Random,
): Calibration | undefined {
  const ones = rows.actual.reduce((sum, y) => sum + (isOne(y) ? 1 : 0), 0);
  if (Math.min(ones, rows.actual.length - ones) < leastOfEachKind(folds)) return undefined;
  const foldOf = folds === 1 ? undefined : stratified(rows.actual, folds, random);
  const maps = foldOf
    ? Array.from({ length: folds }, (_, fold) =>
        fitted(
          method,
          rowsWhere(rows, (i) => foldOf[i] !== fold),
        ),
      )
    : [fitted(method, rows)];
  return { applied: apply, maps };
}

function fitted(method: CalibrationAsked['method'], rows: RatedRows): CalibrationMap {
  switch (method) {
    case 'isotonic':
      return fitIsotonic(rows);
    case 'platt':
      return fitPlatt(rows);
    default:
      return assertNever(method);
  }
}

/** [rows] the fold of each: in each fold there are as many rows of each kind as in the next, or one more or less. */
function stratified(actual: Float64Array, folds: number, random: Random): Uint8Array {
  const foldOf = new Uint8Array(actual.length);
  let dealt = { ones: 0, zeros: 0 };
  for (const row of permutation(actual.length, random)) {
    const kind = isOne(actual[row]!) ? 'ones' : 'zeros';
    foldOf[row] = dealt[kind] % folds;
    dealt = { ...dealt, [kind]: dealt[kind] + 1 };
  }
  return foldOf;
}

function rowsWhere({ predicted, actual }: RatedRows, isKept: (row: number) => boolean): RatedRows {
  return {
    predicted: predicted.filter((_, row) => isKept(row)),
    actual: actual.filter((_, row) => isKept(row)),
  };
}
