import { z } from 'zod';
import { described } from '../../described.js';

/** How the embeddings of a row's values become one vector: their mean, their sum, or their sum by the root of their number. */
export const POOLINGS = ['mean', 'sum', 'sqrtN'] as const;
export type Pooling = (typeof POOLINGS)[number];

/** What each of `count` values of a row weighs in the vector that they make together; there is at least one. */
export function shareOf(pooling: Pooling, count: number): number {
  switch (pooling) {
    case 'mean':
      return 1 / count;
    case 'sum':
      return 1;
    case 'sqrtN':
      return 1 / Math.sqrt(count);
    default:
      return pooling satisfies never;
  }
}

export const multiSchema = z
  .strictObject({
    delimiter: described(
      z.string().min(1).max(10).optional(),
      'What stands between the values of a text. Blanks around a value are no part of it. Either this or `list` is given.',
      '|',
    ),
    list: described(
      z.literal(true).optional(),
      'The column holds lists: a LIST of Parquet, an array of JSON, a list of TFRecord, or a text that writes one in brackets. ' +
        'Either this or `delimiter` is given.',
      true,
    ),
    max: described(
      z.int().min(2).max(256).default(16),
      'The number of values of a row that count. Later values do not; the run warns of rows that have more.',
      16,
    ),
    pooling: described(
      z.enum(POOLINGS).default('mean'),
      'How the embeddings of the values become one vector: their `mean`, their `sum`, or their sum divided by the square root of their number (`sqrtN`).',
      'mean',
    ),
  })
  .refine(({ delimiter, list }) => (delimiter === undefined) !== (list === undefined), {
    message: 'either a delimiter or list: true',
  });
export type Multi = z.infer<typeof multiSchema>;
