import { z } from 'zod';

export const sourceFormatSchema = z.enum(['parquet', 'csv', 'jsonl']);
export type SourceFormat = z.infer<typeof sourceFormatSchema>;

/** Where the rows are: a path, a `file://` URL or a glob of either. The format is read off the ending unless given. */
export const sourceSchema = z.strictObject({
  uri: z.string().min(1).max(2048),
  format: sourceFormatSchema.optional(),
});
