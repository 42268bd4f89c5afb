import { z } from 'zod';
import { instantSchema } from '../common.js';
import { described } from '../described.js';

const projectSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9.:-]*$/, 'must be the id of a project');

/** What BigQuery bills at least for a query. */
const LEAST_BYTES = 10 * 2 ** 20;

/** The name of a table of BigQuery, `project.dataset.table`. */
export const TABLE_PATTERN = /^[a-z0-9][a-z0-9.:-]*\.\w+\.[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]+$/u;

/**
 * For documents, whose readers may know no classes of Unicode (Python's `re`): the same for ASCII, and any character beyond it.
 * What is sent is held against the stricter pattern.
 */
export const PLAIN_TABLE_PATTERN = String.raw`^[a-z0-9][a-z0-9.:-]*\.\w+\.[^\x00-\x1f!-,./:-@\[-^\x60{-\x7f]+$`;

export const LONGEST_TABLE = 2200;

export const bigQuerySourceSchema = described(
  z
    .strictObject({
      table: described(
        z
          .string()
          .max(LONGEST_TABLE)
          .regex(
            TABLE_PATTERN,
            'must be project.dataset.table; for several tables or one partition write a query',
          )
          .meta({ pattern: PLAIN_TABLE_PATTERN })
          .optional(),
        'The table whose rows are read, `project.dataset.table`. A source has either this or `query`.',
        'my-project.shop.purchases',
      ),
      query: described(
        z.string().min(1).max(100_000).optional(),
        'One SELECT in GoogleSQL whose result is read. A source has either this or `table`.',
        'SELECT user, product, at FROM `my-project.shop.purchases` WHERE quantity > 0',
      ),
      columns: described(
        z.array(z.string().min(1).max(300)).min(1).max(10_000).optional(),
        'The columns of `table` to read; all of them unless given. BigQuery bills the columns that it reads.',
        ['user', 'product', 'at'],
      ),
      asOf: described(
        instantSchema.optional(),
        'The instant as of which the rows of `table` are read, at most seven days ago; now unless given.',
        '2026-11-20T00:00:00.000Z',
      ),
      exportUri: described(
        z
          .string()
          .max(900)
          .regex(
            /^gs:\/\/[a-z0-9][a-z0-9._-]*(\/[A-Za-z0-9._=-]+)*\/?$/,
            'must be gs://bucket/folder, of letters, digits, ".", "_", "=", "-" and "/"',
          ),
        'The folder of Cloud Storage below which the rows are exported as Parquet files, `gs://bucket/folder`. ' +
          'Each export has a folder of its own there, which nobody else should write to.',
        'gs://my-bucket/exports',
      ),
      location: described(
        z
          .string()
          .max(50)
          .regex(/^[A-Za-z0-9-]+$/)
          .optional(),
        'The location of the data, where BigQuery cannot tell it from the table or query.',
        'EU',
      ),
      project: described(
        projectSchema.optional(),
        'The project that is billed; the project of the credentials unless given.',
        'my-project',
      ),
      maxBytesBilled: described(
        z.int().min(LEAST_BYTES).default(100e9),
        'The most bytes that a read may be billed for. What would read more is refused before anything is billed.',
        100e9,
      ),
    })
    .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
      message: 'needs either a table or a query',
    })
    .refine(
      ({ query, asOf, columns }) => query === undefined || (asOf === undefined && columns === undefined),
      {
        message: 'asOf and columns go with a table; a query says both itself',
      },
    ),
  'Rows of BigQuery: a table, or the result of a query.',
);
export type BigQuerySource = z.infer<typeof bigQuerySourceSchema>;
