import { z } from 'zod';
import { columnKindSchema } from './profile.js';

/** What the columns of a version of a data set are, as far as its rows show: kept with the version as `schema.json`. */
export const datasetSchemaSchema = z.strictObject({
  schemaVersion: z.literal(1),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      kind: columnKindSchema,
      nullable: z.boolean(),
      /** All values of a category that has few; null of other columns. */
      domain: z.array(z.string()).nullable(),
      /** The least and the greatest number; null of other columns. */
      range: z.strictObject({ min: z.number(), max: z.number() }).nullable(),
    }),
  ),
});
export type DatasetSchema = z.infer<typeof datasetSchemaSchema>;
