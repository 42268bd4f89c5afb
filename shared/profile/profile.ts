import { timeUnitSchema } from '../timeUnit.js';
import { z } from 'zod';

/**
 * What a column is for, as far as its name, type and values tell: `id` names things, `category` has few values,
 * `text` has words.
 */
export const columnKindSchema = z.enum(['id', 'category', 'number', 'time', 'text', 'boolean']);
export type ColumnKind = z.infer<typeof columnKindSchema>;

/** What `measured` is of: a number itself (that of a text, too, where a column of texts holds numbers alone), seconds since 1970 in UTC of a time, 0 and 1 of a truth value, characters of a text. */
const measureSchema = z.enum(['value', 'epochSeconds', 'length']);
export type Measure = z.infer<typeof measureSchema>;

/** Percentages of the rows that the quantiles are at. */
export const QUANTILES = [1, 5, 25, 50, 75, 95, 99] as const;

const quantilesSchema = z.strictObject({
  p01: z.number(),
  p05: z.number(),
  p25: z.number(),
  p50: z.number(),
  p75: z.number(),
  p95: z.number(),
  p99: z.number(),
});

/**
 * Counts between edges: `counts[i]` of the rows lie in `(edges[i - 1], edges[i]]`, those up to `edges[0]` in the first
 * and those above the last edge in one more.
 */
const binsSchema = z
  .strictObject({
    edges: z.array(z.number()).min(1).max(200),
    counts: z.array(z.int().min(0)).min(2).max(201),
  })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, 'there is one more count than edges')
  .refine(
    ({ edges }) => edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge)),
    'edges must ascend',
  );
export type Bins = z.infer<typeof binsSchema>;

const measuredSchema = z.strictObject({
  of: measureSchema,
  /** Rows that have a finite measure. */
  rows: z.int().min(1),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  /** Of the sample: the sum of squares is divided by `rows - 1`. Null of a single row. */
  std: z.number().nullable(),
  zeros: z.int(),
  negatives: z.int(),
  /** Between two rows it is interpolated linearly, as pandas and NumPy do by default. */
  quantiles: quantilesSchema,
  /** False where there are too many values to sort: then the quantiles come from a t-digest. */
  quantilesAreExact: z.boolean(),
  /** Rows in intervals of the same width from `min` to `max`, each with its upper end, the first with its lower end too. */
  histogram: z.array(z.int()),
  /** Rows between percentiles: what drift is measured in. */
  bins: binsSchema,
});
export type Measured = z.infer<typeof measuredSchema>;

const columnProfileSchema = z.strictObject({
  name: z.string(),
  /** As DuckDB calls it. */
  type: z.string(),
  kind: columnKindSchema,
  /** The unit of the numbers that its times are, or were before they were cast. */
  timeUnit: timeUnitSchema.optional(),
  nulls: z.int(),
  /** 0 to 1. */
  nullShare: z.number(),
  distinct: z.int(),
  /** False where there are too many to count: then it is an estimate (HyperLogLog, a few percent off). */
  distinctIsExact: z.boolean(),
  /** The least and the greatest value as text, in the order of the column's type. */
  min: z.string().nullable(),
  max: z.string().nullable(),
  /** Null where no row has a measure. */
  measured: measuredSchema.nullable(),
  /** The most frequent values, cut after 200 characters; all of a column that has few. */
  top: z.array(z.strictObject({ value: z.string(), rows: z.int() })),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

/** Statistics of prepared rows: no row of them, and of values only extremes and the most frequent. */
export const profileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  rows: z.int().min(0),
  /** In the order of the data. */
  columns: z.array(columnProfileSchema),
});
export type Profile = z.infer<typeof profileSchema>;

export const MAX_TEXT = 200;
/** A column with no more values than this has all of them in its profile. */
export const SMALL_DOMAIN = 50;
export const MAX_TOP = 10;
export const HISTOGRAM_BINS = 20;
