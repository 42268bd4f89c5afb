/** Of predicted numbers and of predicted answers, yes or no: what their metrics do not say. */
import { z } from 'zod';
import { described } from '../described.js';

const number = (text: string, example: number) => described(z.number(), text, example);

/** Errors are predictions less the true values, in the units of the target. */
const errorDistributionSchema = z.strictObject({
  rows: described(z.int().min(0), 'The number of rows.', 4812),
  min: number('The least error.', -3.2),
  max: number('The greatest error.', 2.9),
  mean: number('The mean error.', 0.01),
  median: number('The median error.', 0.02),
  std: number('The standard deviation of the errors, with n in the denominator.', 0.91),
  percentiles: described(
    z.strictObject({
      p25: number('The 25th percentile.', -0.61),
      p50: number('The 50th percentile.', 0.02),
      p75: number('The 75th percentile.', 0.64),
      p90: number('The 90th percentile.', 1.12),
      p95: number('The 95th percentile.', 1.49),
      p99: number('The 99th percentile.', 2.2),
    }),
    'Percentiles of the absolute errors, between neighbours in proportion.',
  ),
});

const largeErrorSchema = z.strictObject({
  row: described(
    z.int().min(0).nullable().default(null),
    'The place of the row among those of the test split, from 0; null in reports of before.',
    4711,
  ),
  user: described(z.string().max(500), 'The id of the user.', 'c-1042'),
  item: described(z.string().max(500), 'The id of the item.', '100042'),
  values: described(z.record(z.string(), z.string()), 'The features of the row, by name.', {
    city: 'Vienna',
  }),
  actual: number('The true value.', 5),
  predicted: number('The predicted value.', 1.8),
});

const errorsByCategorySchema = z.strictObject({
  by: described(z.string().max(200), 'The column.', 'city'),
  value: described(z.string().max(200), 'The category.', 'Vienna'),
  count: described(z.int().min(0), 'The number of rows.', 1204),
  meanError: number('The mean error.', 0.03),
  medianError: number('The median error.', 0.02),
  errorStd: number('The standard deviation of the errors.', 0.88),
});

export const ratingErrorsSchema = z.strictObject({
  distribution: described(errorDistributionSchema.clone(), 'How the errors are distributed.'),
  largest: described(z.array(largeErrorSchema).max(10), 'The ten rows with the largest absolute errors.'),
  byCategory: described(
    z.array(errorsByCategorySchema),
    'The errors by each category of the features that have few.',
  ),
});

const calibrationBinSchema = z.strictObject({
  from: number('Where the bin begins: itself excluded, but for 0.', 0.1),
  to: number('Where the bin ends, itself included.', 0.2),
  rows: described(z.int().min(0), 'The number of rows whose prediction lies in it.', 310),
  meanPredicted: described(z.number().nullable(), 'The mean prediction; null without rows.', 0.152),
  shareOfOnes: described(
    z.number().nullable(),
    'The share of rows whose true value is 1; null without rows.',
    0.161,
  ),
});

const calibrationResultSchema = z.strictObject({
  bins: described(z.array(calibrationBinSchema), 'Ten bins of equal width, the lowest first.'),
  expectedCalibrationError: number(
    'The mean distance of prediction and share over the bins, by their rows.',
    0.021,
  ),
});

export const yesOrNoSchema = z.strictObject({
  threshold: number('The prediction from which on a row is taken for a 1.', 0.5),
  confusion: described(
    z.strictObject({
      truePositives: described(z.int().min(0), 'Rows of 1 that are taken for 1.', 830),
      falsePositives: described(z.int().min(0), 'Rows of 0 that are taken for 1.', 204),
      trueNegatives: described(z.int().min(0), 'Rows of 0 that are taken for 0.', 3100),
      falseNegatives: described(z.int().min(0), 'Rows of 1 that are taken for 0.', 311),
    }),
    'How many rows of each kind are taken for which.',
  ),
  thresholds: described(
    z.strictObject({
      bestF1: described(
        z.number().nullable(),
        'The threshold with the best F1 on the validation rows; null where they are of one kind.',
        0.41,
      ),
      ofPrecision: described(
        z
          .strictObject({
            precision: number('The precision that was asked for.', 0.9),
            threshold: described(
              z.number().nullable(),
              'The least threshold that reaches it on the validation rows; null where none does.',
              0.72,
            ),
          })
          .nullable(),
        'The threshold for the precision of `evaluation.precision`; null where none was asked for.',
      ),
    }),
    'Thresholds that were found on the validation rows.',
  ),
  largest: described(
    z.array(largeErrorSchema).max(10).default([]),
    'The ten rows whose predictions are farthest from the truth; none in reports of before.',
  ),
  uncalibrated: described(
    calibrationResultSchema.clone(),
    'How far the predictions themselves can be taken for probabilities.',
  ),
  calibrated: described(
    calibrationResultSchema
      .extend({
        method: described(z.enum(['isotonic', 'platt']), 'What they were calibrated by.'),
        applied: described(
          z.boolean(),
          'Whether the metrics, and the exported model, go by the calibrated predictions.',
        ),
      })
      .nullable(),
    'The same after calibration on the validation rows; null where `evaluation.calibration` asks for none.',
  ),
});
