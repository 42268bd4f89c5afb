/** What validation rows tell of predicted answers, yes or no: how to calibrate them, and from which on they are a yes. */
import { calibrated, type Calibration } from '@trainyard/recommender/layers/calibration';
import { givenThreshold, type LeftOut, seedOf, type TrainingSpec, USUAL_THRESHOLD } from '@trainyard/shared';
import { randomFor } from '../../model/random.js';
import { fitCalibration, leastOfEachKind } from './calibration/fitCalibration.js';
import { isOne, type RatedRows } from './ratedRows.js';
import { bestF1Threshold, thresholdOfPrecision } from './thresholds.js';

export interface Answers {
  /** Null where none is asked for, or none can be fitted. */
  calibration: Calibration | null;
  /** [rows] what predictions of the model become before they are measured. */
  calibrate(this: void, predicted: Float64Array): Float64Array;
  /** Those of the model on the validation rows, whichever is used. */
  found: { bestF1: number | null; ofPrecision: { precision: number; threshold: number | null } | null };
  /** The threshold of a method, by what it predicts for the validation rows; read only where one is to be found. */
  thresholdOf(this: void, validation: RatedRows): number;
  leftOut: LeftOut[];
}

/** `own`: what the model predicts for the validation rows. */
export function answersOf(own: RatedRows, { evaluation, training }: TrainingSpec): Answers {
  const asked = evaluation.calibration;
  const random = randomFor(seedOf(training, 'evaluation'), 'folds of calibration');
  const calibration = (asked && fitCalibration(own, asked, random)) ?? null;
  const calibrate: Answers['calibrate'] = (predicted) =>
    calibration?.applied ? predicted.map((prediction) => calibrated(calibration, prediction)) : predicted;
  const validation = { predicted: calibrate(own.predicted), actual: own.actual };
  const { precision, threshold } = evaluation;
  const found = {
    bestF1: bestF1Threshold(validation),
    ofPrecision:
      precision === undefined ? null : { precision, threshold: thresholdOfPrecision(validation, precision) },
  };
  const thresholdIn = (rows: RatedRows) =>
    threshold === 'bestF1' ? bestF1Threshold(rows) : thresholdOfPrecision(rows, precision ?? 1);
  return {
    calibration,
    calibrate,
    found,
    thresholdOf: (rows) =>
      typeof threshold === 'number' ? threshold : (thresholdIn(rows) ?? givenThreshold(evaluation)),
    leftOut: [
      ...(asked && !calibration ? [withoutCalibration(own, asked.folds)] : []),
      ...(typeof threshold === 'string' && thresholdIn(validation) === null
        ? [withoutThreshold(own, threshold)]
        : []),
    ],
  };
}

function withoutCalibration(rows: RatedRows, folds: number): LeftOut {
  return {
    what: 'the calibration of predictions',
    why: `of ${kindsOf(rows)}, and each fit takes rows of both kinds (${leastOfEachKind(folds)} of each at least)`,
    remedy: 'give dataset.split more validation rows, or leave out evaluation.calibration',
  };
}

function withoutThreshold(rows: RatedRows, threshold: 'bestF1' | 'ofPrecision'): LeftOut {
  const why =
    threshold === 'bestF1'
      ? `of ${kindsOf(rows)}, and one is found where there are both kinds`
      : 'no threshold reaches evaluation.precision on the validation rows';
  return {
    what: 'a threshold found on the validation rows',
    why: `${why}; the metrics go by ${USUAL_THRESHOLD}`,
    remedy: 'set evaluation.threshold to a number',
  };
}

function kindsOf({ actual }: RatedRows): string {
  const ones = actual.reduce((sum, y) => sum + (isOne(y) ? 1 : 0), 0);
  return `${actual.length} validation rows ${ones} are ones`;
}
