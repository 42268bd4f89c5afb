import { z } from 'zod';

const towerSchema = z.strictObject({
  features: z.array(
    z.strictObject({
      name: z.string(),
      column: z.string(),
      vocabularySize: z.int().min(0),
      dim: z.int().min(1),
      /** Relative to the transform's folder: the values of indices 1, 2, …, as a JSON list of texts. */
      vocabulary: z.string(),
    }),
  ),
  idFeature: z.int().min(0),
  entities: z.int().min(1),
});

/** `transform.json`. The files `{split}.query.i32`, `{split}.item.i32` and `{tower}.table.i32` hold little-endian int32. */
export const transformManifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  query: towerSchema,
  candidate: towerSchema,
  rows: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
});
export type TransformManifest = z.infer<typeof transformManifestSchema>;

export const MANIFEST_FILE = 'transform.json';
export const VOCABULARIES_FOLDER = 'vocabularies';
/** What serving needs of the transform: all but the encoded rows. */
export const TRANSFORM_ARTIFACTS: readonly string[] = [MANIFEST_FILE, VOCABULARIES_FOLDER];
