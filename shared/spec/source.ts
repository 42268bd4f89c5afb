import { z } from 'zod';
import { described } from '../described.js';
import { bigQuerySourceSchema } from './bigQuerySource.js';
import { columnNameSchema } from './columns.js';

export const sourceFormatSchema = z.enum(['parquet', 'csv', 'jsonl', 'tfrecord']);
export type SourceFormat = z.infer<typeof sourceFormatSchema>;

/** The endings of each format's files; `.gz` may follow. */
const ENDINGS: Readonly<Record<SourceFormat, readonly string[]>> = {
  parquet: ['parquet'],
  csv: ['csv', 'tsv', 'txt', 'dat', 'data'],
  jsonl: ['jsonl', 'ndjson'],
  tfrecord: ['tfrecord', 'tfrecords'],
};
/** What TensorFlow adds to the names of files that are one data set. */
const SHARD = /-\d{5}-of-\d{5}$/;

/** What the ending of a file's name says of its format; undefined where it says nothing. */
export function formatOfName(name: string): SourceFormat | undefined {
  const ending = /\.([^./\\]*)$/.exec(name.replace(/\.gz$/, '').replace(SHARD, ''))?.[1]?.toLowerCase() ?? '';
  return sourceFormatSchema.options.find((format) => ENDINGS[format].includes(ending));
}

const character = z
  .string()
  .regex(/^[^\r\n\0]$/u, 'must be one character, and no end of a line')
  .refine((text) => text.length === 1, 'must be one character of the basic plane');

export const csvDialectSchema = described(
  z
    .strictObject({
      delimiter: described(
        z
          .string()
          .regex(/^[^\r\n\0]{1,20}$/u, 'must be 1 to 20 characters, and no end of a line')
          .optional(),
        'What stands between fields, one character or several. Unless given, it is the one of comma, semicolon, tab and `|` that the first line has most of; a tab in a `.tsv`.',
        ';',
        '::',
      ),
      encoding: described(
        z.enum(['utf-8', 'utf-16', 'latin-1', 'windows-1252']).optional(),
        'How the text is written in bytes. Unless given, it is UTF-8, or UTF-16 where the first bytes prove that.',
        'windows-1252',
      ),
      quote: described(
        z.union([character, z.literal('')]).default('"'),
        'The character around quoted fields; an empty text where no field is quoted.',
        "'",
      ),
      escape: described(
        character.optional(),
        'The character before a quote inside a quoted field; the quote itself unless given.',
        '\\',
      ),
      header: described(z.boolean().default(true), 'Whether the first line names the columns.'),
      columns: described(
        z.array(columnNameSchema).min(1).max(10_000).optional(),
        'The names of the columns in their order, in place of those that the header gives. A file without a header needs them.',
        ['user', 'product', 'at'],
      ),
      nullTexts: described(
        z.array(z.string().max(100)).min(1).max(100).default(['']),
        'The fields that stand for null, in quotes or not.',
        ['', 'NA', '\\N'],
      ),
      skipLines: described(
        z.int().min(0).max(1000).default(0),
        'The number of lines that are skipped before the header, or before the first row where there is no header.',
        2,
      ),
    })
    .refine(({ delimiter, quote }) => quote === '' || !delimiter?.includes(quote), {
      path: ['delimiter'],
      message: 'must not hold the character of csv.quote',
    })
    .refine(({ header, columns }) => header || columns, {
      path: ['columns'],
      message: 'name the columns of a CSV without a header',
    }),
  'How a CSV file is written. What is left out is as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) has it.',
);
export type CsvDialect = z.infer<typeof csvDialectSchema>;

export const sourceSchema = described(
  z
    .strictObject({
      uri: described(
        z.string().min(1).max(2048).optional(),
        'The files to read: a path, a `file://` URL, `gs://bucket/object`, or a pattern of these with `*`, `?`, `[…]` or `**`. ' +
          'A source has either this or `bigquery`.',
        'purchases.csv',
        'gs://my-bucket/purchases/*.parquet',
      ),
      format: described(
        sourceFormatSchema.optional(),
        'The format of the files; read off the ending of their names unless given: `.csv`, `.tsv`, `.txt`, `.dat` and `.data` are `csv`. Files that end in `.gz` are read as well.',
      ),
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
    }),
  'Where the rows are: files, or BigQuery.',
);
