/** How much a training row counts. */
import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';

export const sampleWeightSchema = described(
  z.strictObject({
    column: described(
      columnNameSchema.clone(),
      'The column of weights, 0 or more; with `halfLifeDays` a column of times.',
      'weight',
    ),
    halfLifeDays: described(
      z.number().gt(0).max(100_000).optional(),
      'The half-life in days: a row counts half as much as one that is so many days younger. Unless given, the column holds the weights themselves.',
      90,
    ),
  }),
  'How much each training row counts; all the same unless given. Only how the weights compare matters: over the training rows they are 1 on the average. ' +
    'Evaluation counts every row once.',
);
export type SampleWeight = z.infer<typeof sampleWeightSchema>;
