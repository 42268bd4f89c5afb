/** Lists that a run makes for many with its model, as tables beside it. */
import { z } from 'zod';
import { described } from '../../described.js';
import { LONGEST_TABLE, PLAIN_TABLE_PATTERN, TABLE_PATTERN } from '../bigQuerySource.js';
import { conditionSchema } from '../columns.js';

export const listTableSchema = described(
  z.strictObject({
    table: z
      .string()
      .max(LONGEST_TABLE)
      .regex(TABLE_PATTERN, 'must be project.dataset.table')
      .meta({
        pattern: PLAIN_TABLE_PATTERN,
        description:
          'The table, `project.dataset.table`, whose rows are replaced; it is made where there is none.',
        examples: ['my-project.shop.recommendations'],
      }),
    location: described(
      z
        .string()
        .max(50)
        .regex(/^[A-Za-z0-9-]+$/)
        .optional(),
      'The location of the dataset, where it is not in the US or the EU.',
      'europe-west3',
    ),
  }),
  'A table of BigQuery that gets the rows by a load job, which needs the right to run jobs in the project and to write to the dataset.',
);
export type ListTable = z.infer<typeof listTableSchema>;

const listShape = {
  k: described(
    z.int().min(1).max(10_000).default(20),
    'The number of items in a list, fewer where there are no more.',
    50,
  ),
  where: described(
    z.array(conditionSchema).max(100).default([]),
    'What an item meets to be in a list, all of it: conditions on `id`, `index` or `train_count` of the items, or on a column that the candidate tower reads, ' +
      'whose value is that of the newest training row of the item.',
    [{ column: 'price', is: 'less', value: 20 }],
  ),
  to: described(
    z.union([z.enum(['parquet', 'jsonl']), z.strictObject({ bigquery: listTableSchema })]).default('parquet'),
    'What the rows are written to: a file beside the model, as `parquet`, or as `jsonl` for JSON lines; or a table of BigQuery, which is loaded from a Parquet file that stays beside the model.',
    { bigquery: { table: 'my-project.shop.recommendations' } },
  ),
};

export const recommendationsSchema = z.strictObject({
  exclude: described(
    z.enum(['seen', 'nothing']).default('seen'),
    'What the list of a user lacks: the items that the user has in the data, of all splits, or nothing.',
  ),
  for: described(
    z
      .union([
        z.literal('allUsers'),
        z.strictObject({
          uri: described(
            z.string().min(1).max(2048),
            'The files of the queries: a path, a `file://` URL, `gs://bucket/object`, or a pattern of these.',
            'gs://my-bucket/visitors/*.parquet',
          ),
        }),
      ])
      .default('allUsers'),
    'Whose lists are made. `allUsers`: of each user of the training rows, with the values of the newest of them. Or those of files with a query a row, by the columns that the query tower reads.',
    { uri: 'visitors.parquet' },
  ),
  ...listShape,
});
export type RecommendationsSpec = z.infer<typeof recommendationsSchema>;

export const similarItemsSchema = z.strictObject(listShape);
export type SimilarItemsSpec = z.infer<typeof similarItemsSchema>;
