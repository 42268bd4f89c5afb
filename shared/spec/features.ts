import { z } from 'zod';
import { columnNameSchema } from './columns.js';
import { targetSchema } from './rating.js';
import { sampleWeightSchema } from './sampleWeight.js';

const naming = {
  /** The feature's name in artifacts and reports; made of its columns unless given. */
  name: z.string().min(1).max(300).optional(),
};
const oneColumn = { ...naming, column: columnNameSchema };
/** Only a lookup identifies an entity. */
const notAnId = { id: z.literal(false, 'only a "lookup" can be the id of a tower').default(false) };
/** Width of the embedding; taken from the number of its rows by `embeddingDimFor` unless given. */
const dim = { dim: z.int().min(1).max(1024).optional() };
/** A number 1 beside the feature where its value is missing, else 0. */
const missingIndicator = { missingIndicator: z.boolean().default(false) };

/**
 * A column of categories as an embedding. The vocabulary holds the values of the training rows that occur at least
 * `minCount` times, at most `maxSize` of them, the most frequent first. All other values are out of vocabulary: they share
 * rows 0 … `oovBuckets` - 1 of the embedding by their hash; null is always row 0.
 */
export const lookupFeatureSchema = z
  .strictObject({
    ...oneColumn,
    transform: z.literal('lookup'),
    /** Marks the one feature of a tower that identifies its entity: the user of the query, the item of the candidate. */
    id: z.boolean().default(false),
    ...dim,
    minCount: z.int().min(1).default(1),
    maxSize: z.int().min(1).max(100_000_000).optional(),
    oovBuckets: z.int().min(1).max(1_000_000).default(1),
  })
  .refine(({ id, oovBuckets }) => !id || oovBuckets === 1, {
    path: ['oovBuckets'],
    message: 'an id has one row for all unknown values',
  });

/** Numbers, standardised by mean and standard deviation of the training rows. A missing one is the mean, 0. */
export const normalizeFeatureSchema = z.strictObject({
  ...oneColumn,
  transform: z.literal('normalize'),
  ...notAnId,
  /** sign(x) · log(1 + |x|) before the mean is taken. */
  log1p: z.boolean().default(false),
  /** Outliers are drawn in to these two quantiles of the training rows, before everything else. */
  clip: z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([low, high]) => low < high, 'the first quantile is below the second')
    .optional(),
  /** 2: the square of the standardised number stands beside it. */
  degree: z.union([z.literal(1), z.literal(2)]).default(1),
  ...missingIndicator,
});

/** A column of categories whose values share `buckets` rows of an embedding by their hash. Null has a row of its own. */
export const hashFeatureSchema = z.strictObject({
  ...oneColumn,
  transform: z.literal('hash'),
  ...notAnId,
  ...dim,
  buckets: z.int().min(2).max(10_000_000),
});

/**
 * A text as the mean of its words' embeddings: lower-cased, normalised (NFKC) runs of letters and digits. Words are in a
 * vocabulary of the training rows as in a lookup, or share `buckets` rows. No words, or null: 0.
 */
export const textFeatureSchema = z
  .strictObject({
    ...oneColumn,
    transform: z.literal('text'),
    ...notAnId,
    ...dim,
    /** Later words do not count. */
    maxTokens: z.int().min(1).max(256).default(16),
    minCount: z.int().min(1).default(1),
    maxSize: z.int().min(1).max(10_000_000).optional(),
    /** Instead of a vocabulary: this many rows that words share by their hash. */
    buckets: z.int().min(2).max(10_000_000).optional(),
    /** Pairs of neighbouring words as well, by their hash, in so many rows of their own. */
    bigramBuckets: z.int().min(2).max(10_000_000).optional(),
  })
  .refine(({ buckets, minCount, maxSize }) => !buckets || (minCount === 1 && maxSize === undefined), {
    path: ['buckets'],
    message: 'hashed words have no vocabulary: leave out minCount and maxSize',
  });

/**
 * Numbers as an embedding of the interval they are in: `boundaries` as given, each the first number of the interval above
 * it, or quantiles of the training rows for `buckets` intervals of about as many rows. A missing one has a row of its own.
 */
export const bucketizeFeatureSchema = z
  .strictObject({
    ...oneColumn,
    transform: z.literal('bucketize'),
    ...notAnId,
    ...dim,
    boundaries: z.array(z.number()).min(1).max(100_000).optional(),
    buckets: z.int().min(2).max(100_000).optional(),
  })
  .refine(({ boundaries, buckets }) => (boundaries === undefined) !== (buckets === undefined), {
    message: 'either boundaries or buckets',
  })
  .refine(({ boundaries = [] }) => boundaries.every((b, i) => i === 0 || b > (boundaries[i - 1] ?? b)), {
    path: ['boundaries'],
    message: 'each boundary is above the one before it',
  });

export const cyclePeriodSchema = z.union([
  z.enum(['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year']),
  z.number().gt(0).max(1e10),
]);
export type CyclePeriod = z.infer<typeof cyclePeriodSchema>;

/**
 * A time as sine and cosine of where it stands in each period, in UTC; a number is a period in seconds since 1970. A missing
 * time is 0, 0. Numbers are seconds since 1970.
 */
export const cyclicalFeatureSchema = z.strictObject({
  ...oneColumn,
  transform: z.literal('cyclical'),
  ...notAnId,
  periods: z.array(cyclePeriodSchema).min(1).max(20).default(['hour-of-day', 'day-of-week']),
  ...missingIndicator,
});

/** true, t, yes, y and 1 are 1, false, f, no, n and 0 are 0, in any case; everything else is missing, 0. */
export const booleanFeatureSchema = z.strictObject({
  ...oneColumn,
  transform: z.literal('boolean'),
  ...notAnId,
  ...missingIndicator,
});

/** Two or more columns together, such as city and category: their combinations share `buckets` rows by their hash. */
export const crossFeatureSchema = z.strictObject({
  ...naming,
  columns: z
    .array(columnNameSchema)
    .min(2)
    .max(10)
    .refine((columns) => new Set(columns).size === columns.length, 'a column stands twice'),
  transform: z.literal('cross'),
  ...notAnId,
  ...dim,
  buckets: z.int().min(2).max(10_000_000),
});

export const featureSchema = z.discriminatedUnion('transform', [
  lookupFeatureSchema,
  hashFeatureSchema,
  textFeatureSchema,
  normalizeFeatureSchema,
  bucketizeFeatureSchema,
  cyclicalFeatureSchema,
  booleanFeatureSchema,
  crossFeatureSchema,
]);
export type Feature = z.infer<typeof featureSchema>;
export type FeatureOf<T extends Feature['transform']> = Extract<Feature, { transform: T }>;
export type LookupFeature = FeatureOf<'lookup'>;

const towerFeatures = z
  .array(featureSchema)
  .min(1)
  .max(100)
  .refine(
    (features) => features.filter((f) => f.id).length === 1,
    'exactly one feature of each tower has "id": true',
  )
  .refine(
    (features) => new Set(features.map(featureName)).size === features.length,
    'two features of one tower have the same name: give one a "name"',
  );

/**
 * The features of both towers. A candidate's features other than its id are properties of the item: the newest training
 * row of the item gives them. A query's features are read from each row.
 */
export const featuresSchema = z.strictObject({
  query: towerFeatures,
  candidate: towerFeatures,
  /** What a ranking or hybrid model predicts. */
  target: targetSchema.optional(),
  /** How much each training row counts; all the same unless given. */
  sampleWeight: sampleWeightSchema.optional(),
});
export type Features = z.infer<typeof featuresSchema>;

type Sources = { column: string } | { columns: readonly string[] };

/** The columns that a feature is made of. */
export function featureColumns(feature: Sources): readonly string[] {
  return 'columns' in feature ? feature.columns : [feature.column];
}

export function featureName(feature: Sources & { name?: string | undefined }): string {
  return feature.name ?? featureColumns(feature).join(' x ');
}

/** The feature that identifies a tower's entity. */
export function idFeature(features: readonly Feature[]): LookupFeature {
  const feature = features.find((f) => f.id);
  if (feature?.transform !== 'lookup') throw new Error('a parsed tower has an id feature');
  return feature;
}

/** Embedding width for a vocabulary of `size` values, the cardinality guide of the source system (inventory C43). */
export function embeddingDimFor(size: number): number {
  if (size < 50) return 8;
  if (size < 500) return 16;
  if (size < 5_000) return 32;
  if (size < 50_000) return 64;
  if (size < 500_000) return 128;
  return 256;
}
