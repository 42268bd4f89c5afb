import { z } from 'zod';

/**
 * A column of categories as an embedding. The vocabulary holds every value of the training rows that occurs at least
 * `minCount` times; all other values, null included, share index 0, the out-of-vocabulary row.
 */
export const lookupFeatureSchema = z.strictObject({
  /** The feature's name in artifacts and reports; the column's name unless given. */
  name: z.string().min(1).max(300).optional(),
  column: z.string().min(1).max(300),
  transform: z.literal('lookup'),
  /** Marks the one feature of a tower that identifies its entity: the user of the query, the item of the candidate. */
  id: z.boolean().default(false),
  /** Width of the embedding; taken from the vocabulary's size by `embeddingDimFor` unless given. */
  dim: z.int().min(1).max(1024).optional(),
  minCount: z.int().min(1).default(1),
});
export const featureSchema = z.discriminatedUnion('transform', [lookupFeatureSchema]);
export type Feature = z.infer<typeof featureSchema>;

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
export const featuresSchema = z.strictObject({ query: towerFeatures, candidate: towerFeatures });
export type Features = z.infer<typeof featuresSchema>;

export function featureName(feature: { name?: string | undefined; column: string }): string {
  return feature.name ?? feature.column;
}

/** The feature that identifies a tower's entity. */
export function idFeature(features: readonly Feature[]): Feature {
  const feature = features.find((f) => f.id);
  if (!feature) throw new Error('a parsed tower has an id feature');
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
