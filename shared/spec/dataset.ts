import { z } from 'zod';
import { described } from '../described.js';
import { columnCleaningSchema } from './cleaning.js';
import { columnNameSchema, conditionSchema } from './columns.js';
import { expectationSchema, referenceSchema } from './expectations.js';
import {
  derivedColumnSchema,
  interactionsSchema,
  joinSchema,
  sampleSchema,
  tablesSchema,
} from './shaping.js';
import { sourceSchema } from './source.js';
import { splitSchema } from './split.js';

/**
 * From a table to rows, in this order: `sql`, `rename`, `columns`, `joins`, `derive`, `where`, `sample`, `select`, `interactions`. Columns that a join
 * brings are cleaned by `columns` too, under their new names.
 */
export const datasetSchema = z
  .strictObject({
    source: sourceSchema,
    tables: described(
      tablesSchema.default({}),
      'Other tables, for joins and for `sql`: a name for each, and where it is. There may be 20.',
      { products: { uri: 'products.parquet' } },
    ),
    sql: described(
      z.string().min(1).max(20_000).optional(),
      "A SELECT in DuckDB's SQL over `source` and the names of `tables`, whose rows take the place of those of the source. " +
        'It reaches no other files, and its rows come in the order of their values.',
      'SELECT user, product, max(at) AS at FROM source GROUP BY user, product',
    ),
    rename: described(
      z.record(columnNameSchema, columnNameSchema).default({}),
      'The names of columns of the source, by their new ones. Everything else in the specification says the new ones.',
      { user: 'CustomerID', product: 'StockCode' },
    ),
    columns: described(
      z.record(columnNameSchema, columnCleaningSchema).default({}),
      'Cleaning by column, before anything else sees the values: first `cast`, then `trim`. Columns that a join brings are cleaned too, under their new names.',
      { at: { cast: 'timestamp' }, product: { trim: true } },
    ),
    joins: described(
      z.array(joinSchema).max(20).default([]),
      'Columns that other tables bring to the rows. A join matches at most one row of its table for each row here.',
      [{ table: 'products', on: { product: 'id' }, columns: { brand: 'brand' } }],
    ),
    derive: described(
      z.array(derivedColumnSchema).max(1000).default([]),
      'New columns, each made of those before it.',
      [{ name: 'month', is: 'month', column: 'at' }],
    ),
    where: described(
      z.array(conditionSchema).max(100).default([]),
      'Conditions on the rows. A row is kept when all of them hold.',
      [{ column: 'quantity', is: 'greater', value: 0 }],
    ),
    sample: sampleSchema.optional(),
    interactions: interactionsSchema.optional(),
    select: described(
      z.array(columnNameSchema).min(1).max(10_000).optional(),
      'The columns to bring of a table that has more than are of use; all of them unless given. Features and the split can use these only.',
      ['user', 'product', 'at'],
    ),
    split: splitSchema.prefault({ strategy: 'random' }),
    expectations: described(
      z.array(expectationSchema).max(200).default([]),
      'What must hold of the rows after cleaning. It is checked before anything is computed, and all that is violated is reported at once.',
      [{ expect: 'nulls', column: 'user', atMost: 0 }],
    ),
    reference: described(
      referenceSchema.optional(),
      'The `profile.json` of earlier data that volume, drift and schema are compared with: a path, or a `file://` or `gs://` URL. ' +
        'Unless given, it is that of the newest other version of the same data set.',
      'good/profile.json',
    ),
    vocabularies: described(
      referenceSchema.clone().optional(),
      'A `vocabularies.json` that fixes the rows of embeddings: a path, or a `file://` or `gs://` URL. For each `lookup` feature, and each `text` feature without `buckets`, ' +
        'it has a list of values in the order of their rows, whatever `minCount` and `maxSize` say; values of the data that it lacks count as unknown. Unless given, vocabularies are made of the training rows.',
      'gs://my-bucket/runs/r1/model/a0001/vocabularies.json',
    ),
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
