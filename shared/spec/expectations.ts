import { z } from 'zod';
import { instantSchema } from '../common.js';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';

export const severitySchema = described(
  z.enum(['error', 'warning']),
  'What a violation does: an `error` stops the run, a `warning` is reported only.',
);
export type Severity = z.infer<typeof severitySchema>;

const severity = severitySchema.default('error');
const warning = severitySchema.default('warning');
const share = z.number().min(0).max(1);
const tolerated = described(share.default(0), 'The share of the rows that may break it.', 0.01);
const bound = z.union([z.number(), z.string().min(1).max(40)]);
const names = z.array(columnNameSchema).min(1).max(1000);
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const column = described(columnNameSchema.clone(), 'The column that must be like this.', 'price');
const comparedColumns = described(
  names.optional(),
  'The columns that are compared; those of numbers, categories and booleans unless given.',
  ['price', 'country'],
);
const deviations = described(
  z.number().gt(0).max(1000).default(3),
  'The distance from which a value counts as far, in sample standard deviations.',
  3,
);

const hasBound = (limits: Record<string, unknown>, ...keys: string[]) =>
  keys.some((key) => limits[key] !== undefined);
const ONE_BOUND = 'give at least one of the bounds';

const structureExpectations = [
  z.strictObject({
    expect: described(z.literal('columns'), 'The data has these columns.'),
    columns: described(names.clone(), 'The names of the columns.', ['user', 'product', 'at']),
    match: described(
      z.enum(['atLeast', 'exactly', 'inOrder']).default('atLeast'),
      'How the columns are compared: the data has these at least, exactly these, or exactly these in this order.',
    ),
    severity,
  }),
  z.strictObject({
    expect: described(z.literal('type'), 'The column has this type.'),
    column,
    type: described(
      z.enum(['text', 'integer', 'number', 'time', 'boolean']),
      'The type that the column must have after cleaning. An integer is a number too.',
    ),
    severity,
  }),
  z.strictObject({
    expect: described(
      z.literal('sameSchema'),
      'The columns, their types, whether they have nulls, and the values of small categories are those of the reference. Without this expectation such differences are warnings.',
    ),
    severity,
  }),
] as const;

const valueExpectations = [
  z
    .strictObject({
      expect: described(z.literal('range'), 'The values of the column lie between the bounds.'),
      column,
      min: described(
        bound.optional(),
        'The least value; for a column of times, its text in UTC. One of the two bounds is needed.',
        0,
      ),
      max: described(
        bound.optional(),
        'The greatest value; for a column of times, its text in UTC. One of the two bounds is needed.',
        '2026-12-31',
      ),
      strict: described(z.boolean().default(false), 'Whether the bounds themselves are not allowed.'),
      atMost: tolerated,
      severity,
    })
    .refine((range) => hasBound(range, 'min', 'max'), ONE_BOUND),
  z.strictObject({
    expect: described(z.literal('values'), 'The values of the column are among those listed.'),
    column,
    values: described(z.array(scalar).min(1).max(10_000), 'The allowed values.', ['DE', 'AT', 'CH']),
    atMost: tolerated,
    severity,
  }),
  z.strictObject({
    expect: described(z.literal('pattern'), 'The whole text of the column matches a regular expression.'),
    column,
    pattern: described(
      z.string().min(1).max(500),
      'A regular expression as RE2 has it: linear in time, without look-around and back references.',
      '[0-9]{5}[A-Z]?',
    ),
    atMost: tolerated,
    severity,
  }),
  z.strictObject({
    expect: described(
      z.literal('nulls'),
      'The column has a value. All other expectations let nulls pass. NaN counts as null.',
    ),
    column,
    atMost: described(share.clone(), 'The share of the rows that may be null.', 0.05),
    severity,
  }),
  z.strictObject({
    expect: described(
      z.literal('unique'),
      'No two rows have the same values in all of these columns. Rows with a null there are left out.',
    ),
    columns: described(names.clone(), 'The columns that tell rows apart.', ['order', 'product']),
    severity,
  }),
] as const;

const amountExpectations = [
  z
    .strictObject({
      expect: described(z.literal('rows'), 'The number of rows lies between the bounds.'),
      atLeast: described(
        z.int().min(0).optional(),
        'The least number of rows. One of the two bounds is needed.',
        1000,
      ),
      atMost: described(
        z.int().min(0).optional(),
        'The greatest number of rows. One of the two bounds is needed.',
        10_000_000,
      ),
      severity,
    })
    .refine((rows) => hasBound(rows, 'atLeast', 'atMost'), ONE_BOUND),
  z.strictObject({
    expect: described(z.literal('freshness'), 'The newest time of the column is not too old.'),
    column: described(columnNameSchema.clone(), 'The column of times.', 'at'),
    maxAgeHours: described(
      z.number().gt(0).max(1_000_000),
      'The greatest age of the newest time, in hours.',
      48,
    ),
    at: described(
      instantSchema.optional(),
      'The instant that the age is measured at; the time of the run unless given.',
      '2026-11-20T00:00:00.000Z',
    ),
    severity,
  }),
  z.strictObject({
    expect: described(z.literal('volume'), 'The number of rows is in proportion to that of the reference.'),
    atLeast: described(
      z.number().min(0).default(0.5),
      'The least number of rows, as a multiple of that of the reference.',
      0.5,
    ),
    atMost: described(
      z.number().gt(0).default(2),
      'The greatest number of rows, as a multiple of that of the reference.',
      2,
    ),
    severity,
  }),
] as const;

const driftExpectations = [
  z.strictObject({
    expect: described(
      z.literal('psi'),
      'The population stability index of each column against the reference is small.',
    ),
    columns: comparedColumns,
    atMost: described(z.number().gt(0).default(0.25), 'The greatest index that is allowed.', 0.25),
    severity,
  }),
  z.strictObject({
    expect: described(
      z.literal('kl'),
      'The Kullback–Leibler divergence of each column from the reference is small.',
    ),
    columns: comparedColumns,
    atMost: described(
      z.number().gt(0).default(0.2),
      'The greatest divergence that is allowed, in nats.',
      0.2,
    ),
    severity: warning,
  }),
  z.strictObject({
    expect: described(
      z.literal('ks'),
      'The two-sample Kolmogorov–Smirnov test of each column against the reference finds no difference. With millions of rows the smallest difference is significant: prefer `psi` there.',
    ),
    columns: comparedColumns,
    pAbove: described(
      z.number().gt(0).lt(1).default(0.05),
      'The p-value of the test must be greater than this.',
      0.05,
    ),
    severity: warning,
  }),
] as const;

const outlierExpectations = [
  z.strictObject({
    expect: described(z.literal('outliers'), 'Few values of the column are far from its mean.'),
    column,
    z: deviations,
    atMost: described(share.default(0.01), 'The share of the values that may be far.', 0.01),
    severity: warning,
  }),
  z.strictObject({
    expect: described(
      z.literal('labels'),
      "Few ratings are far from what their user's and their item's other ratings predict.",
    ),
    column: described(columnNameSchema.clone(), 'The column of ratings.', 'rating'),
    user: described(
      columnNameSchema.optional(),
      'The column of the ids of users; that of the query tower unless given.',
      'user',
    ),
    item: described(
      columnNameSchema.optional(),
      'The column of the ids of items; that of the candidate tower unless given.',
      'product',
    ),
    z: deviations,
    atMost: described(share.default(0.05), 'The share of the ratings that may be far.', 0.05),
    severity: warning,
  }),
] as const;

/** What must hold of the rows after cleaning. Nulls break nothing but `nulls`. */
export const expectationSchema = z.discriminatedUnion('expect', [
  ...structureExpectations,
  ...valueExpectations,
  ...amountExpectations,
  ...driftExpectations,
  ...outlierExpectations,
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
