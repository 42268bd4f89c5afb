import { z } from 'zod';
import { columnCleaningSchema, columnNameSchema, conditionSchema } from './columns.js';
import { sourceSchema } from './source.js';
import { splitSchema } from './split.js';

export const datasetSchema = z.strictObject({
  source: sourceSchema,
  columns: z.record(columnNameSchema, columnCleaningSchema).default({}),
  where: z.array(conditionSchema).max(100).default([]),
  split: splitSchema.prefault({ strategy: 'random' }),
});
export type Dataset = z.infer<typeof datasetSchema>;
