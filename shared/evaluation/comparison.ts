import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { described } from '../described.js';
import { intervalSchema } from './measured.js';

/** A method that a result is compared with, and what it reached on the same rows. */
export const comparisonSchema = z.strictObject({
  against: described(
    z.string().max(63),
    'The name of the other method: a baseline, or `production` for the version that serves.',
    'history',
  ),
  metric: described(metricNameSchema.clone(), 'The metric that both are compared by.', 'test_recall_at_10'),
  value: described(z.number(), 'The value of the model.', 0.208),
  other: described(z.number(), 'The value of the other method.', 0.192),
  difference: described(z.number(), 'The value less that of the other method.', 0.016),
  differenceInterval: described(
    intervalSchema.nullable(),
    'How sure the difference is, by draws that both methods share; null where no interval was computed.',
    { low: 0.0133, high: 0.0188 },
  ),
  change: described(
    z.number().nullable(),
    'The difference as a share of the value of the other method; null where that is 0 or less.',
    0.083,
  ),
  changeInterval: described(
    intervalSchema.nullable(),
    'How sure the change is; null where there is none, or no interval was computed.',
    { low: 0.069, high: 0.098 },
  ),
});
export type Comparison = z.infer<typeof comparisonSchema>;
