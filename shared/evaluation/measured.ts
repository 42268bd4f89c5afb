/** What every part of an evaluation is made of: values with their intervals. */
import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { described } from '../described.js';
import { intervalSchema, type Interval } from '../metrics/interval.js';

/** How much of the truth the intervals are to hold. */
export const CONFIDENCE = 0.95;

/** Of fewer users nobody should conclude anything: there are no intervals, and the verdict is open. */
export const MIN_USERS = 10;

export { intervalSchema, type Interval };

export const measuredMetricSchema = z.strictObject({
  name: described(metricNameSchema.clone(), 'The name of the metric.', 'test_recall_at_10'),
  value: described(z.number(), 'Its value.', 0.208),
  interval: described(
    intervalSchema.nullable(),
    'How sure the value is; null where no interval was computed.',
    { low: 0.199, high: 0.217 },
  ),
});
export type MeasuredMetric = z.infer<typeof measuredMetricSchema>;

/** What was not measured, and why: nothing is left out without a word. */
export const leftOutSchema = z.strictObject({
  what: described(z.string().max(200), 'What was left out.', 'the baseline ease'),
  why: described(
    z.string().max(500),
    'Why, in words.',
    'the catalogue has 36,000 items, and it is computed for at most 10,000',
  ),
  remedy: described(
    z.string().max(500).nullable(),
    'The setting that changes it; null where none does.',
    'set evaluation.baselines to those that you want',
  ),
});
export type LeftOut = z.infer<typeof leftOutSchema>;
