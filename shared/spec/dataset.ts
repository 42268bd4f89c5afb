import { z } from 'zod';
import { columnCleaningSchema, columnNameSchema, conditionSchema } from './columns.js';
import { expectationSchema, referenceSchema } from './expectations.js';
import { derivedColumnSchema, joinSchema, sampleSchema, tablesSchema } from './shaping.js';
import { sourceSchema } from './source.js';
import { splitSchema } from './split.js';

/**
 * From a table to rows, in this order: `sql`, `rename`, `columns`, `joins`, `derive`, `where`, `sample`, `select`. Columns that a join
 * brings are cleaned by `columns` too, under their new names.
 */
export const datasetSchema = z
  .strictObject({
    source: sourceSchema,
    /** Other tables, for joins and for `sql`. */
    tables: tablesSchema.default({}),
    /**
     * A SELECT over `source` and the names of `tables`, in DuckDB's SQL; its rows take the place of the source's. It reaches no
     * other files. Its rows come in the order of their values.
     */
    sql: z.string().min(1).max(20_000).optional(),
    /** New names of the source's columns: everything below says the new ones. */
    rename: z.record(columnNameSchema, columnNameSchema).default({}),
    columns: z.record(columnNameSchema, columnCleaningSchema).default({}),
    joins: z.array(joinSchema).max(20).default([]),
    derive: z.array(derivedColumnSchema).max(1000).default([]),
    where: z.array(conditionSchema).max(100).default([]),
    sample: sampleSchema.optional(),
    /** The columns to bring of a table that has more than are of use; all of them unless given. */
    select: z.array(columnNameSchema).min(1).max(10_000).optional(),
    split: splitSchema.prefault({ strategy: 'random' }),
    /** Checked before anything is computed; all that are violated are told at once. */
    expectations: z.array(expectationSchema).max(200).default([]),
    /** What volume, drift and schema are compared with; the newest other version of the same data set unless given. */
    reference: referenceSchema.optional(),
  })
  .superRefine(({ joins, tables }, context) => {
    for (const [i, { table }] of joins.entries()) {
      if (tables[table]) continue;
      context.addIssue({
        code: 'custom',
        path: ['joins', i, 'table'],
        message: `is "${table}"; dataset.tables has ${Object.keys(tables).join(', ') || 'none'}`,
      });
    }
  });
export type Dataset = z.infer<typeof datasetSchema>;
