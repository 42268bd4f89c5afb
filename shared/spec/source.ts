import { z } from 'zod';
import { bigQuerySourceSchema } from './bigQuerySource.js';
import { columnNameSchema } from './columns.js';

export const sourceFormatSchema = z.enum(['parquet', 'csv', 'jsonl', 'tfrecord']);
export type SourceFormat = z.infer<typeof sourceFormatSchema>;

const character = z
  .string()
  .regex(/^[^\r\n\0]$/u, 'must be one character, and no end of a line')
  .refine((text) => text.length === 1, 'must be one character of the basic plane');

/** How a CSV is written. What is left out is as RFC 4180 has it; the delimiter is read off the first line. */
export const csvDialectSchema = z
  .strictObject({
    delimiter: character.optional(),
    /** Around fields; `""` where none are quoted. */
    quote: z.union([character, z.literal('')]).default('"'),
    /** Before a quote inside a quoted field; the quote itself unless given. */
    escape: character.optional(),
    /** Whether the first line names the columns. */
    header: z.boolean().default(true),
    /** The columns' names, in their order, in place of those that the header gives. */
    columns: z.array(columnNameSchema).min(1).max(10_000).optional(),
    /** Fields that stand for null, in quotes or not. */
    nullTexts: z.array(z.string().max(100)).min(1).max(100).default(['']),
    /** Lines before the header, or before the first row. */
    skipLines: z.int().min(0).max(1000).default(0),
  })
  .refine(({ header, columns }) => header || columns, {
    path: ['columns'],
    message: 'name the columns of a CSV without a header',
  });
export type CsvDialect = z.infer<typeof csvDialectSchema>;

/**
 * Where the rows are: files, by a path, a `file://` URL, `gs://bucket/object` or a glob of these, whose format is read off the
 * ending unless given; or BigQuery.
 */
export const sourceSchema = z
  .strictObject({
    uri: z.string().min(1).max(2048).optional(),
    format: sourceFormatSchema.optional(),
    csv: csvDialectSchema.optional(),
    bigquery: bigQuerySourceSchema.optional(),
  })
  .refine(({ uri, bigquery }) => (uri === undefined) !== (bigquery === undefined), {
    message: 'needs either uri or bigquery',
  })
  .refine(({ bigquery, format, csv }) => !bigquery || (format === undefined && csv === undefined), {
    path: ['bigquery'],
    message: 'has no format: its rows come as Parquet',
  })
  .refine(({ format, csv }) => !csv || format === undefined || format === 'csv', {
    path: ['csv'],
    message: 'is for a source of format csv',
  });
