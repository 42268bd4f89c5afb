import { z } from 'zod';
import { described } from '../described.js';

/** Names are data and may hold anything. */
export const columnNameSchema = described(
  z.string().min(1).max(300),
  'The name of a column, as the source has it or as `dataset.rename` changed it.',
  'product',
);

export const scalarSchema = described(
  z.union([z.string(), z.number(), z.boolean()]),
  'A text, a number or a boolean.',
  'DE',
);

const conditionColumn = described(
  columnNameSchema.clone(),
  'The column whose value is looked at.',
  'quantity',
);

/** A row is kept when every condition holds. A comparison with null never holds. */
export const conditionSchema = z.discriminatedUnion('is', [
  z.strictObject({
    column: conditionColumn,
    is: described(
      z.literal('notNull'),
      'The condition holds where the column has a value. NaN counts as null.',
    ),
  }),
  z.strictObject({
    column: conditionColumn,
    is: described(
      z.enum(['equal', 'notEqual', 'greater', 'greaterOrEqual', 'less', 'lessOrEqual']),
      'The condition holds where the value of the column compares like this with `value`. A comparison with null never holds.',
    ),
    value: described(
      scalarSchema.clone(),
      'What the column is compared with, in the type of the column. The text that a time is compared with is read as UTC; to a boolean, `true`, `t`, `yes`, `y` and `1` are true and `false`, `f`, `no`, `n` and `0` false in any letter case, and other texts are refused.',
      0,
      '2026-11-01',
    ),
  }),
  z.strictObject({
    column: conditionColumn,
    is: described(z.literal('in'), 'The condition holds where the value of the column is one of `values`.'),
    values: described(
      z.array(scalarSchema).min(1).max(1000),
      'The values that are kept, each compared in the type of the column.',
      ['DE', 'AT', 'CH'],
    ),
  }),
]);
export type Condition = z.infer<typeof conditionSchema>;
