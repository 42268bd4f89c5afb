/** The runs of a model as a table of chosen columns, any part of which is read by itself. */
import { z } from 'zod';
import { described } from '../described.js';
import { runStatusSchema } from '../runs/statusSchemas.js';
import {
  countInQuery,
  filterInQuery,
  flagInQuery,
  offsetInQuery,
  orderInQuery,
  searchInQuery,
} from './queries.js';
import { unsearched } from './unsearched.js';

const MOST_ROWS = 500;
export const MOST_COLUMNS = 50;
const MOST_OFFSET = 9_999_999;

export const runTableQuerySchema = z.strictObject({
  columns: described(
    z.string().min(1).max(4000).optional(),
    `What the rows tell, with commas between, ${MOST_COLUMNS} at most: metrics, fields, parameters and tags, as filters name them. Unless given, the metrics of results that tables show, of the newest runs.`,
    'test_recall_at_100,params.training.batchSize,tags.team',
  ),
  filter: filterInQuery,
  orderBy: orderInQuery,
  search: searchInQuery,
  offset: described(
    offsetInQuery(MOST_OFFSET),
    'How many rows stand before the first one that is given.',
    200,
  ),
  limit: described(countInQuery(MOST_ROWS).prefault(100), 'The greatest number of rows.', 100),
  names: described(
    flagInQuery.optional(),
    'Whether to tell what the newest of the runs that were found can be asked for as columns.',
    'true',
  ),
});

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const instant = (words: string) => described(z.string().nullable(), words, '2026-11-20T19:18:25.000Z');

const runRowSchema = z.strictObject({
  runId: described(z.string(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
  runNumber: described(z.int().min(1), 'The number of the run among those of its model, from 1.', 47),
  name: described(z.string(), 'The name that people use for the run.', 'shop#47'),
  title: described(z.string(), 'The title of the run.', 'ablation-learningRate-0.01'),
  status: described(runStatusSchema.clone(), 'The status of the run.'),
  createdAt: described(z.string(), 'When it was requested.', '2026-11-20T19:18:25.000Z'),
  startedAt: instant('When its trainer began; null before that.'),
  endedAt: instant('When it ended; null while it goes on.'),
  usd: described(z.number().nullable(), 'Its cost so far, in US dollars; null where nothing is known.', 1.25),
  errorCode: described(
    z.string().nullable(),
    'The code of its error; null where it has none.',
    'out-of-memory',
  ),
  tags: described(z.record(z.string(), z.string()), 'The tags of its specification.', { team: 'search' }),
  values: described(
    z.array(scalar),
    'The value of each column, in their order; null where the run has none.',
    [0.468, 8192, 'search'],
  ),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const runTableSchema = z.strictObject({
  total: described(z.int().min(0), 'How many runs were found.', 10_000),
  offset: described(z.int().min(0), 'How many rows stand before the first one.', 200),
  columns: described(
    z.array(
      z.strictObject({
        asked: described(
          z.string(),
          'By which the column is asked for, and runs are ordered by it.',
          'params.training.batchSize',
        ),
        kind: described(z.enum(['field', 'metric', 'parameter', 'tag']), 'What its values are.'),
        name: described(z.string(), 'Its name in full.', 'training.batchSize'),
      }),
    ),
    'The columns, in the order that was asked for.',
  ),
  rows: described(
    z.array(runRowSchema),
    'The rows, in the order that was asked for, else the newest run first.',
  ),
  names: described(
    z.array(z.string()).optional(),
    'What the newest two hundred of the runs that were found can be asked for as columns. There where it was asked for.',
    ['test_recall_at_100', 'params.training.batchSize', 'tags.team'],
  ),
  unsearched,
});
export type RunTable = z.infer<typeof runTableSchema>;
