import { z } from 'zod';
import { columnCleaningSchema, columnNameSchema, conditionSchema } from './columns.js';
import { sourceSchema } from './source.js';
import { splitSchema } from './split.js';

export const datasetSchema = z.strictObject({
  source: sourceSchema,
  columns: z.record(columnNameSchema, columnCleaningSchema).default({}),
  where: z.array(conditionSchema).max(100).default([]),
  /** The columns to bring of a table that has more than are of use; all of them unless given. */
  select: z.array(columnNameSchema).min(1).max(10_000).optional(),
  split: splitSchema.prefault({ strategy: 'random' }),
});
export type Dataset = z.infer<typeof datasetSchema>;
