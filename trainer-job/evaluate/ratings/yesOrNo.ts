/** How good predicted answers are, yes or no, beside their metrics. */
import { calibrated } from '@trainyard/recommender/layers/calibration';
import { USUAL_THRESHOLD } from '@trainyard/shared';
import type { Findings } from '../findings.js';
import { MODEL, type PartContext } from '../part.js';
import { confusionOf } from './answerMeasures.js';
import { largestErrors } from './errors/ratingErrors.js';
import { calibrationBins, expectedCalibrationError } from './calibration/curve.js';
import type { RatedRows } from './ratedRows.js';

export async function yesOrNo({ data, rated, spec }: PartContext): Promise<Partial<Findings>> {
  if (!rated?.answers) return {};
  const { answers, actual, uncalibrated, predicted, thresholds } = rated;
  if (actual.length === 0) return { leftOut: answers.leftOut };
  const own = predicted.get(MODEL) ?? uncalibrated;
  const threshold = thresholds.get(MODEL) ?? USUAL_THRESHOLD;
  const asked = spec.evaluation.calibration;
  const { calibration } = answers;
  return {
    leftOut: answers.leftOut,
    yesOrNo: {
      threshold,
      confusion: confusionOf({ predicted: own, actual }, threshold),
      thresholds: answers.found,
      largest: await largestErrors(
        { data },
        rated,
        own.map((value, row) => value - actual[row]!),
      ),
      uncalibrated: curveOf({ predicted: uncalibrated, actual }),
      calibrated:
        asked && calibration
          ? {
              ...curveOf({ predicted: uncalibrated.map((value) => calibrated(calibration, value)), actual }),
              method: asked.method,
              applied: asked.apply,
            }
          : null,
    },
  };
}

function curveOf(rows: RatedRows): NonNullable<Findings['yesOrNo']>['uncalibrated'] {
  return {
    bins: calibrationBins(rows).map(({ from, to, rows: count, predictions, ones }) => ({
      from,
      to,
      rows: count,
      meanPredicted: count === 0 ? null : predictions / count,
      shareOfOnes: count === 0 ? null : ones / count,
    })),
    expectedCalibrationError: expectedCalibrationError(rows),
  };
}
