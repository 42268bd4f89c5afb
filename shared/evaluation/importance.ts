import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { described } from '../described.js';
import { intervalSchema } from './measured.js';

/** What a feature is worth to the trained model: how much worse it is where the values of the feature are permuted among the test rows. */
export const featureImportanceSchema = z.strictObject({
  feature: described(
    z.string().max(200),
    'The name of the feature, or `productMetadata` for all of an item but its id together.',
    'category',
  ),
  tower: described(z.enum(['query', 'candidate']), 'The tower that sees it.'),
  loss: described(z.number(), 'How much worse the metric becomes; above 0 the feature helps.', 0.012),
  interval: described(intervalSchema.nullable(), 'How sure that is; null where no interval was computed.', {
    low: 0.009,
    high: 0.015,
  }),
});

export const importanceSchema = z.strictObject({
  metric: described(metricNameSchema.clone(), 'The metric that it is measured by.', 'test_recall_at_10'),
  value: described(z.number(), 'Its value with all features as they are, on the same rows.', 0.208),
  rows: described(z.int().min(0), 'The number of test rows that it was measured on.', 4812),
  features: described(z.array(featureImportanceSchema), 'The features, the most important first.'),
});
export type Importance = z.infer<typeof importanceSchema>;
