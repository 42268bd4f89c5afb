import { z } from 'zod';
import { instantSchema } from '../common.js';

const projectSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9.:-]*$/, 'must be the id of a project');

/** What BigQuery bills at least for a query. */
const LEAST_BYTES = 10 * 2 ** 20;

/**
 * Rows of BigQuery: a table, or the result of a query. They are exported to Parquet files in a folder of their own below
 * `exportUri`, which nobody else should write to.
 */
export const bigQuerySourceSchema = z
  .strictObject({
    /** `project.dataset.table`. */
    table: z
      .string()
      .max(2200)
      .regex(
        /^[a-z0-9][a-z0-9.:-]*\.\w+\.[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]+$/u,
        'must be project.dataset.table; for several tables or one partition write a query',
      )
      .optional(),
    /** One SELECT, in GoogleSQL. */
    query: z.string().min(1).max(100_000).optional(),
    /** Of a table, all unless given: BigQuery bills the columns that it reads. */
    columns: z.array(z.string().min(1).max(300)).min(1).max(10_000).optional(),
    /** Of a table: its rows at that time, at most seven days ago. */
    asOf: instantSchema.optional(),
    exportUri: z
      .string()
      .max(900)
      .regex(
        /^gs:\/\/[a-z0-9][a-z0-9._-]*(\/[A-Za-z0-9._=-]+)*\/?$/,
        'must be gs://bucket/folder, of letters, digits, ".", "_", "=", "-" and "/"',
      ),
    /** Of the data, where BigQuery cannot tell. */
    location: z
      .string()
      .max(50)
      .regex(/^[A-Za-z0-9-]+$/)
      .optional(),
    /** The project that is billed; that of the credentials unless given. */
    project: projectSchema.optional(),
    /** What would read more is refused before anything is billed. */
    maxBytesBilled: z.int().min(LEAST_BYTES).default(100e9),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
    message: 'needs either a table or a query',
  })
  .refine(
    ({ query, asOf, columns }) => query === undefined || (asOf === undefined && columns === undefined),
    {
      message: 'asOf and columns go with a table; a query says both itself',
    },
  );
export type BigQuerySource = z.infer<typeof bigQuerySourceSchema>;
