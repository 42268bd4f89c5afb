import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';
import { featureName } from './shape/featureNames.js';
import { targetSchema } from './rating.js';
import { sampleWeightSchema } from './sampleWeight.js';
import { quantileClipSchema } from './quantileClip.js';
import { multiSchema } from './shape/multi.js';

const naming = {
  name: described(
    z.string().min(1).max(300).optional(),
    "The feature's name in artifacts and reports; made of its columns unless given. No two features of a tower have the same name.",
    'product_brand',
  ),
};
const oneColumnAs = (example: string) => ({
  ...naming,
  column: described(columnNameSchema.clone(), 'The column that the feature is made of.', example),
});
/** Only a lookup identifies an entity. */
const notAnId = {
  id: described(
    z.literal(false, 'only a "lookup" can be the id of a tower').default(false),
    'Whether the feature identifies the entity of the tower; only a `lookup` can.',
  ),
};
const dim = {
  dim: described(
    z.int().min(1).max(1024).optional(),
    'The width of the embedding. Unless given, the number of rows of the embedding decides: 8 below 50 rows, 16 below 500, ' +
      '32 below 5,000, 64 below 50,000, 128 below 500,000, else 256.',
    32,
    8,
    16,
    64,
    128,
    256,
  ),
};
const missingIndicator = {
  missingIndicator: described(
    z.boolean().default(false),
    'Whether a number stands beside the feature that is 1 where its value is missing, else 0.',
  ),
};
const minCount = {
  minCount: described(
    z.int().min(1).default(1),
    'The number of training rows that a value must occur in to be in the vocabulary. Rarer values count as unknown.',
    2,
  ),
};
const maxSizeUpTo = (most: number) => ({
  maxSize: described(
    z.int().min(1).max(most).optional(),
    'The greatest size of the vocabulary, which keeps the most frequent values; unlimited unless given.',
    100_000,
  ),
});
const multi = {
  multi: described(
    multiSchema.clone().optional(),
    'How a column of several values a row is read, such as genres or tags: each value has an embedding of its own, and theirs become one vector. A row without values is 0.',
    { delimiter: '|' },
  ),
};
const hashBuckets = described(
  z.int().min(2).max(10_000_000),
  'The number of rows of the embedding, which values share by their hash.',
  10_000,
);

export { embeddingDimFor } from './shape/embeddingDim.js';
export { featureColumns, featureName } from './shape/featureNames.js';

export const lookupFeatureSchema = z
  .strictObject({
    ...oneColumnAs('product'),
    transform: described(
      z.literal('lookup'),
      'A column of categories as an embedding. Its vocabulary holds the values of the training rows, the most frequent first. ' +
        'All other values are out of vocabulary and share `oovBuckets` rows by their hash; null is always row 0.',
    ),
    id: described(
      z.boolean().default(false),
      'Whether the feature identifies the entity of the tower: the user of the query, the item of the candidate. Exactly one feature of each tower does.',
    ),
    ...dim,
    ...minCount,
    ...maxSizeUpTo(100_000_000),
    oovBuckets: described(
      z.int().min(1).max(1_000_000).default(1),
      'The number of rows that all values out of vocabulary share by their hash. An id has one.',
      1,
    ),
    ...multi,
  })
  .refine(({ id, oovBuckets }) => !id || oovBuckets === 1, {
    path: ['oovBuckets'],
    message: 'an id has one row for all unknown values',
  })
  .refine(({ id, multi: several }) => !id || several === undefined, {
    path: ['multi'],
    message: 'an id is one value: leave out multi, or take another column as the id',
  });

export const normalizeFeatureSchema = z.strictObject({
  ...oneColumnAs('price'),
  transform: described(
    z.literal('normalize'),
    'Numbers, standardised by the mean and the standard deviation of the training rows. A missing number is the mean, 0.',
  ),
  ...notAnId,
  log1p: described(
    z.boolean().default(false),
    'Whether numbers become sign(x) · log(1 + |x|) before the mean is taken.',
  ),
  clip: quantileClipSchema,
  degree: described(
    z.union([z.literal(1), z.literal(2)]).default(1),
    'The highest power of the number: with 2 the square of the standardised number stands beside it.',
  ),
  ...missingIndicator,
});

export const hashFeatureSchema = z.strictObject({
  ...oneColumnAs('session'),
  transform: described(
    z.literal('hash'),
    'A column of categories whose values share the rows of an embedding by their hash. Null has a row of its own.',
  ),
  ...notAnId,
  ...dim,
  buckets: hashBuckets,
  ...multi,
});

export const textFeatureSchema = z
  .strictObject({
    ...oneColumnAs('description'),
    transform: described(
      z.literal('text'),
      "A text as the mean of its words' embeddings. Words are runs of letters and digits, normalised (NFKC) and in lower case. " +
        'They have a vocabulary of the training rows as in a lookup, or share `buckets` rows. A text without words, or null, is 0.',
    ),
    ...notAnId,
    ...dim,
    maxTokens: described(
      z.int().min(1).max(256).default(16),
      'The number of words of a text that count. Later words do not.',
      16,
    ),
    ...minCount,
    ...maxSizeUpTo(10_000_000),
    buckets: described(
      z.int().min(2).max(10_000_000).optional(),
      'The number of rows that words share by their hash, instead of a vocabulary; a vocabulary unless given.',
      10_000,
    ),
    bigramBuckets: described(
      z.int().min(2).max(10_000_000).optional(),
      'The number of rows that pairs of neighbouring words share by their hash, besides the words; no pairs unless given.',
      50_000,
    ),
  })
  .refine(({ buckets, minCount: least, maxSize }) => !buckets || (least === 1 && maxSize === undefined), {
    path: ['buckets'],
    message: 'hashed words have no vocabulary: leave out minCount and maxSize',
  });

export const bucketizeFeatureSchema = z
  .strictObject({
    ...oneColumnAs('age'),
    transform: described(
      z.literal('bucketize'),
      'Numbers as an embedding of the interval that they are in. A missing number has a row of its own.',
    ),
    ...notAnId,
    ...dim,
    boundaries: described(
      z.array(z.number()).min(1).max(100_000).optional(),
      'The boundaries between intervals, ascending, each the first number of the interval above it. Either these or `buckets` are given.',
      [18, 30, 45, 60],
    ),
    buckets: described(
      z.int().min(2).max(100_000).optional(),
      'The number of intervals, each with about as many training rows. Either this or `boundaries` is given.',
      10,
    ),
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

export const cyclicalFeatureSchema = z.strictObject({
  ...oneColumnAs('at'),
  transform: described(
    z.literal('cyclical'),
    'A time as sine and cosine of where it stands in each period, in UTC. Numbers are times since 1970, in the unit that their range tells or that `dataset.columns` names. A missing time is 0, 0.',
  ),
  ...notAnId,
  periods: described(
    z.array(cyclePeriodSchema).min(1).max(20).default(['hour-of-day', 'day-of-week']),
    'The periods, each by its name or by its length in seconds, counted from 1970.',
    ['hour-of-day', 604_800],
  ),
  ...missingIndicator,
});

export const booleanFeatureSchema = z.strictObject({
  ...oneColumnAs('is_member'),
  transform: described(
    z.literal('boolean'),
    'A number that is 1 for true, t, yes, y and 1, and 0 for false, f, no, n and 0, in any case. Everything else is missing, 0.',
  ),
  ...notAnId,
  ...missingIndicator,
});

export const crossFeatureSchema = z.strictObject({
  ...naming,
  columns: described(
    z
      .array(columnNameSchema)
      .min(2)
      .max(10)
      .refine((columns) => new Set(columns).size === columns.length, 'a column stands twice'),
    'The columns whose combinations become the feature.',
    ['city', 'category'],
  ),
  transform: described(
    z.literal('cross'),
    'Two or more columns together, such as city and category. Their combinations share the rows of an embedding by their hash.',
  ),
  ...notAnId,
  ...dim,
  buckets: hashBuckets,
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

export const featuresSchema = z.strictObject({
  query: described(
    towerFeatures.clone(),
    'The features of the query tower, read from each row. Exactly one of them, the user, has `id: true`.',
    [{ column: 'user', transform: 'lookup', id: true }],
  ),
  candidate: described(
    towerFeatures.clone(),
    'The features of the candidate tower. Exactly one of them, the item, has `id: true`. ' +
      'The others are properties of the item, taken from its newest training row.',
    [{ column: 'product', transform: 'lookup', id: true }],
  ),
  target: targetSchema.optional(),
  sampleWeight: sampleWeightSchema.optional(),
});
export type Features = z.infer<typeof featuresSchema>;

/** The feature that identifies a tower's entity. */
export function idFeature(features: readonly Feature[]): LookupFeature {
  const feature = features.find((f) => f.id);
  if (feature?.transform !== 'lookup') throw new Error('a parsed tower has an id feature');
  return feature;
}
