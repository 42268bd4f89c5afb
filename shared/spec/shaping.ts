import { z } from 'zod';
import { columnNameSchema, conditionSchema, scalarSchema } from './columns.js';
import { sourceSchema } from './source.js';

/** As SQL of the user's own writes it, without quotes. */
export const tableNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be lower-case letters, digits and _, beginning with a letter')
  .refine((name) => name !== 'source', 'source is the name of dataset.source');
export const tablesSchema = z
  .record(tableNameSchema, sourceSchema)
  .refine((tables) => Object.keys(tables).length <= 20, 'at most 20 tables');

/** Brings columns of another table to each row whose `on` columns equal those of one row there. */
export const joinSchema = z.strictObject({
  table: tableNameSchema,
  /** Columns of the data set, and the columns of the other table that they equal. */
  on: z
    .record(columnNameSchema, columnNameSchema)
    .refine((on) => Object.keys(on).length > 0, 'name at least one pair of columns'),
  /** Names in the data set, and the columns of the other table that come under them. */
  columns: z
    .record(columnNameSchema, columnNameSchema)
    .refine((columns) => Object.keys(columns).length > 0, 'name at least one column'),
  /** What becomes of a row without a match: `left` keeps it, with null in the new columns; `inner` drops it. */
  kind: z.enum(['left', 'inner']).default('left'),
});
export type Join = z.infer<typeof joinSchema>;

export const operandSchema = z.union([
  z.strictObject({ column: columnNameSchema }),
  z.strictObject({ value: scalarSchema }),
]);
export type Operand = z.infer<typeof operandSchema>;

/**
 * A new column, made of those before it. Null where an operand is null, where a text is no number or time, and where a result is
 * no number.
 */
export const derivedColumnSchema = z.discriminatedUnion('is', [
  z.strictObject({
    name: columnNameSchema,
    is: z.enum(['add', 'subtract', 'multiply', 'divide']),
    of: z.tuple([operandSchema, operandSchema]),
  }),
  /** `log1p`: the natural logarithm of 1 + x. `round`: to whole numbers, halves away from zero. */
  z.strictObject({ name: columnNameSchema, is: z.enum(['round', 'log1p']), column: columnNameSchema }),
  z.strictObject({
    name: columnNameSchema,
    is: z.enum(['lower', 'upper', 'trim']),
    column: columnNameSchema,
  }),
  /** Of a time in UTC. `weekday`: 1 for Monday to 7 for Sunday. */
  z.strictObject({
    name: columnNameSchema,
    is: z.enum(['year', 'month', 'day', 'weekday', 'hour']),
    column: columnNameSchema,
  }),
  /** `length` characters from `start`, counted from 0. */
  z.strictObject({
    name: columnNameSchema,
    is: z.literal('substring'),
    column: columnNameSchema,
    start: z.int().min(0).max(1_000_000).default(0),
    length: z.int().min(1).max(1_000_000),
  }),
  z.strictObject({
    name: columnNameSchema,
    is: z.literal('concat'),
    of: z.array(operandSchema).min(1).max(100),
    separator: z.string().max(100).default(''),
  }),
  /** The first operand that is not null. */
  z.strictObject({
    name: columnNameSchema,
    is: z.literal('coalesce'),
    of: z.array(operandSchema).min(1).max(100),
  }),
  z.strictObject({
    name: columnNameSchema,
    is: z.literal('if'),
    when: conditionSchema,
    use: operandSchema,
    otherwise: operandSchema,
  }),
]);
export type DerivedColumn = z.infer<typeof derivedColumnSchema>;

/** A share of the rows, drawn by what they hold: a row is in whatever other rows there are, and equal rows are in together. */
export const sampleSchema = z.strictObject({
  share: z.number().gt(0).lt(1),
  seed: z.int().min(0).default(42),
});
export type Sample = z.infer<typeof sampleSchema>;
