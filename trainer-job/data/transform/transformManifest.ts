import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleWeightSchema } from '@trainyard/shared';
import { z } from 'zod';
import { encodedFeatureSchema } from '@trainyard/recommender/encode/encodedFeature';
import { fittedFeatureSchema } from '@trainyard/recommender/encode/fittedFeature';
import { fittedTargetSchema } from '@trainyard/recommender/encode/target';

const towerSchema = z.strictObject({
  features: z.array(
    z.strictObject({
      encoded: encodedFeatureSchema,
      fitted: fittedFeatureSchema,
      /** Values of the feature's vocabulary, and where they lie in `transform.bin`, packed as `packTexts` does. */
      vocabulary: z.strictObject({ size: z.int().min(0), offset: z.int().min(0), bytes: z.int().min(0) }),
    }),
  ),
  /** Position in `features` of the one that identifies the entity. */
  idFeature: z.int().min(0),
  entities: z.int().min(1),
  /** Width of the tower's input: the widths of its features side by side. */
  inputWidth: z.int().min(1),
});

const splitCountsSchema = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });

/**
 * `transform.json`: with `transform.bin`, all that a server needs to encode a request as the training data was. The other
 * files, little-endian, are the encoded data: `{split}.item.i32` and `{split}.query.i32` [rows], `{split}.target.f32` [rows] where there is a target,
 * `train.weight.f32` [rows] where there is a sample weight, and of each tower
 * `{tower}.table.i32`, `{tower}.table.f32` [entities, columns].
 */
export const transformManifestSchema = z.strictObject({
  schemaVersion: z.literal(2),
  query: towerSchema,
  candidate: towerSchema,
  /** What a query entity is: a distinct tuple of features, or, where almost all are distinct, a row. */
  queryEntities: z.enum(['tuples', 'rows']),
  rows: splitCountsSchema,
  /** What a rating predicts; `rows` have one. */
  target: z.strictObject({ fitted: fittedTargetSchema, rows: splitCountsSchema }).optional(),
  /** What the weights of the training rows were made of. */
  sampleWeight: sampleWeightSchema.optional(),
});
export type TransformManifest = z.infer<typeof transformManifestSchema>;

export const MANIFEST_FILE = 'transform.json';
export const BINARY_FILE = 'transform.bin';
/** What serving needs of the transform: all but the encoded rows. */
export const TRANSFORM_ARTIFACTS: readonly string[] = [MANIFEST_FILE, BINARY_FILE];

export async function readTransformManifest(folder: string): Promise<TransformManifest> {
  return transformManifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
}
