import { z } from 'zod';
import { columnCleaningSchema, columnNameSchema, conditionSchema } from './columns.js';
import { expectationSchema, referenceSchema } from './expectations.js';
import { sourceSchema } from './source.js';
import { splitSchema } from './split.js';

export const datasetSchema = z.strictObject({
  source: sourceSchema,
  columns: z.record(columnNameSchema, columnCleaningSchema).default({}),
  where: z.array(conditionSchema).max(100).default([]),
  /** The columns to bring of a table that has more than are of use; all of them unless given. */
  select: z.array(columnNameSchema).min(1).max(10_000).optional(),
  split: splitSchema.prefault({ strategy: 'random' }),
  /** Checked before anything is computed; all that are violated are told at once. */
  expectations: z.array(expectationSchema).max(200).default([]),
  /** What volume, drift and schema are compared with; the newest other version of the same data set unless given. */
  reference: referenceSchema.optional(),
});
export type Dataset = z.infer<typeof datasetSchema>;
