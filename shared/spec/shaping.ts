import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema, conditionSchema, scalarSchema } from './columns.js';
import { sourceSchema } from './source.js';

export const tableNameSchema = described(
  z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be lower-case letters, digits and _, beginning with a letter')
    .refine((name) => name !== 'source', 'source is the name of dataset.source'),
  'The name of another table, as SQL writes it without quotes.',
  'products',
);
export const tablesSchema = z
  .record(tableNameSchema, sourceSchema)
  .refine((tables) => Object.keys(tables).length <= 20, 'at most 20 tables');

/** Brings columns of another table to each row whose `on` columns equal those of one row there. */
export const joinSchema = z.strictObject({
  table: described(
    tableNameSchema.clone(),
    'The table that is joined: a name in `dataset.tables`.',
    'products',
  ),
  on: described(
    z
      .record(columnNameSchema, columnNameSchema)
      .refine((on) => Object.keys(on).length > 0, 'name at least one pair of columns'),
    'Columns of the data set, and the columns of the other table that they must equal.',
    { product: 'id' },
  ),
  columns: described(
    z
      .record(columnNameSchema, columnNameSchema)
      .refine((columns) => Object.keys(columns).length > 0, 'name at least one column'),
    'Names that the new columns get in the data set, and the columns of the other table that they are copied from.',
    { brand: 'brand', price: 'list_price' },
  ),
  kind: described(
    z.enum(['left', 'inner']).default('left'),
    'What becomes of a row without a match: `left` keeps it, with null in the new columns; `inner` drops it.',
  ),
  compare: described(
    z.enum(['exact', 'number', 'trimmed']).default('exact'),
    'How keys are compared. `exact`: as they are, those of different types as texts. `number`: as numbers, so that 7, 7.0 and "007" are equal. ' +
      '`trimmed`: as texts without blanks at both ends.',
  ),
});
export type Join = z.infer<typeof joinSchema>;

export const operandSchema = z.union([
  z.strictObject({
    column: described(columnNameSchema.clone(), 'The column whose value is taken.', 'price'),
  }),
  z.strictObject({ value: described(scalarSchema.clone(), 'The same value for every row.', 1.19) }),
]);
export type Operand = z.infer<typeof operandSchema>;

const name = described(
  columnNameSchema.clone(),
  'The name of the new column. Columns that are derived later may use it.',
  'revenue',
);
const column = described(columnNameSchema.clone(), 'The column that the new one is made of.', 'description');

/**
 * A new column, made of those before it. Null where an operand is null, where a text is no number or time, and where a result is
 * no number.
 */
export const derivedColumnSchema = z.discriminatedUnion('is', [
  z.strictObject({
    name,
    is: described(
      z.enum(['add', 'subtract', 'multiply', 'divide']),
      'The sum, difference, product or quotient of the two operands. It is null where an operand is null or no number, and where the result is no number.',
    ),
    of: described(z.tuple([operandSchema, operandSchema]), 'The two operands, in their order.', [
      { column: 'price' },
      { column: 'quantity' },
    ]),
  }),
  z.strictObject({
    name,
    is: described(
      z.enum(['round', 'log1p']),
      '`round` gives the nearest whole number, halves away from zero. `log1p` gives the natural logarithm of 1 + x.',
    ),
    column,
  }),
  z.strictObject({
    name,
    is: described(
      z.enum(['lower', 'upper', 'trim']),
      'The text in lower case, in upper case, or without blanks at both ends.',
    ),
    column,
  }),
  z.strictObject({
    name,
    is: described(
      z.enum(['year', 'month', 'day', 'weekday', 'hour']),
      'A part of a time, in UTC. `weekday` is 1 for Monday to 7 for Sunday.',
    ),
    column,
  }),
  z.strictObject({
    name,
    is: described(z.literal('substring'), 'A part of a text: `length` characters from `start`.'),
    column,
    start: described(
      z.int().min(0).max(1_000_000).default(0),
      'The position of the first character, counted from 0.',
      0,
    ),
    length: described(z.int().min(1).max(1_000_000), 'The number of characters.', 3),
  }),
  z.strictObject({
    name,
    is: described(z.literal('concat'), 'The operands as texts, one after the other.'),
    of: described(z.array(operandSchema).min(1).max(100), 'The operands, in their order.', [
      { column: 'brand' },
      { column: 'category' },
    ]),
    separator: described(z.string().max(100).default(''), 'The text between any two operands.', '/'),
  }),
  z.strictObject({
    name,
    is: described(z.literal('coalesce'), 'The first operand that is not null.'),
    of: described(z.array(operandSchema).min(1).max(100), 'The operands, in their order.', [
      { column: 'sale_price' },
      { column: 'price' },
    ]),
  }),
  z.strictObject({
    name,
    is: described(
      z.literal('if'),
      'One operand for rows where a condition holds, and another for all others.',
    ),
    when: described(conditionSchema.clone(), 'The condition on the row.'),
    use: described(operandSchema.clone(), 'The operand for rows where the condition holds.'),
    otherwise: described(operandSchema.clone(), 'The operand for all other rows.'),
  }),
]);
export type DerivedColumn = z.infer<typeof derivedColumnSchema>;

export const sampleSchema = described(
  z.strictObject({
    share: described(z.number().gt(0).lt(1), 'The share of the rows that is kept.', 0.1),
    seed: described(z.int().min(0).default(42), 'The seed of the draw. Another seed draws other rows.', 42),
    by: described(
      columnNameSchema.optional(),
      'The column whose values are drawn, such as the user: all rows with one value stay or go together. Rows without a value, and all rows unless it is given, are drawn one by one.',
      'user',
    ),
  }),
  'A share of the rows, drawn by what they hold: a row is drawn whatever other rows there are, and equal rows are drawn together.',
);
export type Sample = z.infer<typeof sampleSchema>;

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
