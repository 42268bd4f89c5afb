import { z } from 'zod';
import { instantSchema } from '../common.js';
import { columnNameSchema } from './columns.js';

/** A violated `error` stops the run; a `warning` is told and reported. */
export const severitySchema = z.enum(['error', 'warning']);
export type Severity = z.infer<typeof severitySchema>;

const severity = severitySchema.default('error');
const warning = severitySchema.default('warning');
const share = z.number().min(0).max(1);
/** The share of the rows that may break it. */
const tolerated = share.default(0);
/** A number, or for a time its text in UTC. */
const bound = z.union([z.number(), z.string().min(1).max(40)]);
const names = z.array(columnNameSchema).min(1).max(1000);
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);

const hasBound = (limits: Record<string, unknown>, ...keys: string[]) =>
  keys.some((key) => limits[key] !== undefined);
const ONE_BOUND = 'give at least one of the bounds';

/** What must hold of the rows after cleaning. Nulls break nothing but `nulls`. */
export const expectationSchema = z.discriminatedUnion('expect', [
  /** The data has these columns: at least, exactly these, or these in this order. */
  z.strictObject({
    expect: z.literal('columns'),
    columns: names,
    match: z.enum(['atLeast', 'exactly', 'inOrder']).default('atLeast'),
    severity,
  }),
  z.strictObject({
    expect: z.literal('type'),
    column: columnNameSchema,
    type: z.enum(['text', 'integer', 'number', 'time', 'boolean']),
    severity,
  }),
  /** `min` and `max` are allowed themselves unless `strict`. */
  z
    .strictObject({
      expect: z.literal('range'),
      column: columnNameSchema,
      min: bound.optional(),
      max: bound.optional(),
      strict: z.boolean().default(false),
      atMost: tolerated,
      severity,
    })
    .refine((range) => hasBound(range, 'min', 'max'), ONE_BOUND),
  z.strictObject({
    expect: z.literal('values'),
    column: columnNameSchema,
    values: z.array(scalar).min(1).max(10_000),
    atMost: tolerated,
    severity,
  }),
  /** A regular expression (RE2: no look-around, no back references, linear time) that the whole text matches. */
  z.strictObject({
    expect: z.literal('pattern'),
    column: columnNameSchema,
    pattern: z.string().min(1).max(500),
    atMost: tolerated,
    severity,
  }),
  z.strictObject({ expect: z.literal('nulls'), column: columnNameSchema, atMost: share, severity }),
  /** No two rows have the same values in all of these columns. */
  z.strictObject({ expect: z.literal('unique'), columns: names, severity }),
  z
    .strictObject({
      expect: z.literal('rows'),
      atLeast: z.int().min(0).optional(),
      atMost: z.int().min(0).optional(),
      severity,
    })
    .refine((rows) => hasBound(rows, 'atLeast', 'atMost'), ONE_BOUND),
  /** The newest time of the column is at most so old, at the run's time or at a given one. */
  z.strictObject({
    expect: z.literal('freshness'),
    column: columnNameSchema,
    maxAgeHours: z.number().gt(0).max(1_000_000),
    at: instantSchema.optional(),
    severity,
  }),
  /** Rows in proportion to those of the reference. */
  z.strictObject({
    expect: z.literal('volume'),
    atLeast: z.number().min(0).default(0.5),
    atMost: z.number().gt(0).default(2),
    severity,
  }),
  /** Population stability index against the reference, for each of the columns; of numbers and categories unless given. */
  z.strictObject({
    expect: z.literal('psi'),
    columns: names.optional(),
    atMost: z.number().gt(0).default(0.25),
    severity,
  }),
  /** Kullback–Leibler divergence from the reference, in nats. */
  z.strictObject({
    expect: z.literal('kl'),
    columns: names.optional(),
    atMost: z.number().gt(0).default(0.2),
    severity: warning,
  }),
  /** The p-value of Kolmogorov and Smirnov's test against the reference is greater; of numbers and times only. */
  z.strictObject({
    expect: z.literal('ks'),
    columns: names.optional(),
    pAbove: z.number().gt(0).lt(1).default(0.05),
    severity: warning,
  }),
  /** The share of values farther than `z` standard deviations from the mean. */
  z.strictObject({
    expect: z.literal('outliers'),
    column: columnNameSchema,
    z: z.number().gt(0).max(1000).default(3),
    atMost: share.default(0.01),
    severity: warning,
  }),
  /** The share of ratings that are farther from what their user's and item's others predict than `z` standard deviations. */
  z.strictObject({
    expect: z.literal('labels'),
    column: columnNameSchema,
    /** The columns of the ids: those of the towers unless given. */
    user: columnNameSchema.optional(),
    item: columnNameSchema.optional(),
    z: z.number().gt(0).max(1000).default(3),
    atMost: share.default(0.05),
    severity: warning,
  }),
  /** The columns, their types and the values of small categories are those of the reference. */
  z.strictObject({ expect: z.literal('sameSchema'), severity }),
]);
export type Expectation = z.infer<typeof expectationSchema>;
export type ExpectationKind = Expectation['expect'];

/** A `profile.json` of data that is as it should be: a path, or a `file://` or `gs://` URL. */
export const referenceSchema = z
  .string()
  .min(1)
  .max(2048)
  .refine((uri) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(uri) || /^(file|gs):\/\//i.test(uri), {
    message: 'must be a path, or a file:// or gs:// URL',
  });
