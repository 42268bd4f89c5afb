/** How much a training row counts. */
import { z } from 'zod';
import { columnNameSchema } from './columns.js';

/**
 * A column of weights, or of times from which age makes them. Only how the weights compare matters: over the training rows they
 * are 1 on the average. Evaluation counts every row once.
 */
export const sampleWeightSchema = z.strictObject({
  /** Weights, 0 or more; with `halfLifeDays` times. */
  column: columnNameSchema,
  /** A row counts half as much as one that is so many days younger. */
  halfLifeDays: z.number().gt(0).max(100_000).optional(),
});
export type SampleWeight = z.infer<typeof sampleWeightSchema>;
