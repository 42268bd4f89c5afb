/** Which rows of a user and an item are kept, by the other rows of that user and that item. */
import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';

const leastRows = z.int().min(1).max(1_000_000).default(1);

export const interactionsSchema = described(
  z.strictObject({
    user: described(columnNameSchema.clone(), 'The column that says whose row it is.', 'user'),
    item: described(columnNameSchema.clone(), 'The column that says of which item it is.', 'item'),
    dedup: described(
      z.enum(['none', 'first', 'last']).default('none'),
      'Of the rows with the same user and the same item the one that stays: the `first` or the `last` in the order of the source. All stay with `none`, and where there is no user or no item.',
      'last',
    ),
    minUserCount: described(
      leastRows.clone(),
      'Rows of users with fewer rows are left out, as rows without a user are where this is more than 1. Rows count after `dedup`.',
      5,
    ),
    minItemCount: described(
      leastRows.clone(),
      'Rows of items with fewer rows are left out, as rows without an item are where this is more than 1. Both minimums are applied again until they hold of all rows that are left.',
      5,
    ),
  }),
  'Rows that are left out for what other rows there are: repeated ones, and those of rare users and items, as published data sets are prepared. It comes last, after `where` and `sample`.',
);
export type Interactions = z.infer<typeof interactionsSchema>;
