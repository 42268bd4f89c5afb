/**
 * What `transform` writes: `transform.json` and `transform.bin`, which the recommender reads too, and the encoded data,
 * little-endian: `{split}.item.i32` and `{split}.query.i32` [rows], `{split}.target.f32` [rows] where there is a target,
 * `train.weight.f32` [rows] where there is a sample weight, `train.time.f64` [rows] where the split goes by time, and of each
 * tower `{tower}.table.i32`, `{tower}.table.f32` [entities, columns].
 */
import { TEXTS_FILE, TRANSFORM_FILE } from '@trainyard/recommender/format/files';
import { readDocument } from '@trainyard/recommender/format/read';
import { TRANSFORM_VERSIONS, type TransformDocument } from '@trainyard/recommender/format/transformDocument';
import { readDirectory } from '@trainyard/recommender/node';

/** [training rows] in seconds since 1970 UTC; NaN where there is no time, or one that nobody means. */
export const TRAIN_TIMES_FILE = 'train.time.f64';

/** What serving needs of the transform: all but the encoded rows. */
export const TRANSFORM_ARTIFACTS: readonly string[] = [TRANSFORM_FILE, TEXTS_FILE];

export async function readTransformDocument(folder: string): Promise<TransformDocument> {
  return readDocument(readDirectory(folder), TRANSFORM_FILE, TRANSFORM_VERSIONS);
}
