/**
 * One feature: fitted on the training rows, and all rows encoded. It is a piece of its own in the cache, so that a changed
 * feature costs no other one anything.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Dataset, type Feature } from '@trainyard/shared';
import { z } from 'zod';
import { columnsOf, encodedFeatureSchema } from '@trainyard/recommender/encode/encodedFeature';
import { isTextFeature } from '../../features/fit.js';
import { fittedFeatureSchema } from '@trainyard/recommender/encode/fittedFeature';
import type { TowerName } from '@trainyard/recommender/format/files';
import { unpackTexts } from '@trainyard/recommender/format/texts';
import { packTexts, readArray, readPart, writeArrays } from '../typedFiles.js';
import type { FixedVocabularies } from '../vocabularies/fixedVocabularies.js';
import type { OutlierPolicy } from './corrections.js';
import { encodeNumbers } from './encodeNumbers.js';
import { encodeTexts } from './encodeTexts.js';
import { unknownValuesSchema, type Encoding, type RowValues } from './encoding.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';

/** Raise it when the same feature would be fitted or encoded otherwise. */
const FEATURE_VERSION = 3;

const outcomeSchema = z.strictObject({
  encoded: encodedFeatureSchema,
  fitted: fittedFeatureSchema,
  vocabularySize: z.int(),
  /** Of a feature whose vocabulary was given. */
  unknown: unknownValuesSchema.optional(),
  /** Distinct encodings that `codes.i32` points to, in `table.i32` and `table.f32`; null where rows are numbers. */
  distinct: z.int().nullable(),
});
type Outcome = z.infer<typeof outcomeSchema>;

export interface FeatureRows extends Pick<Outcome, 'encoded' | 'fitted' | 'unknown'> {
  /** Of all that it depends on. */
  digest: string;
  vocabulary: string[];
  /** Reads `count` rows, all unless given; they are large, so nobody keeps them longer than needed. */
  read(from?: number, count?: number): Promise<RowValues>;
}

/** What the data set says of a feature. */
interface FeatureSettings {
  outliers?: OutlierPolicy | undefined;
  /** In the order of its rows, in place of what the training rows have. */
  vocabulary?: readonly string[] | undefined;
}

export function featureSettings(
  { columns }: Pick<Dataset, 'columns'>,
  tower: TowerName,
  feature: Feature,
  vocabularies: FixedVocabularies | null,
): FeatureSettings {
  return {
    outliers: isTextFeature(feature) ? undefined : columns[feature.column]?.outliers,
    vocabulary: vocabularies?.of(tower, feature),
  };
}

export async function encodeFeature(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: Feature,
  { outliers, vocabulary: fixed }: FeatureSettings = {},
): Promise<FeatureRows> {
  const { folder, outcome, digest } = await cache({
    key: {
      piece: 'feature',
      version: FEATURE_VERSION,
      rows: ingested.digest,
      split: split.digest,
      feature,
      ...(outliers && { outliers }),
      ...(fixed && { vocabulary: digestOf(fixed) }),
    },
    outcome: outcomeSchema,
    produce: async (target) =>
      write(
        target,
        isTextFeature(feature)
          ? await encodeTexts(cache, ingested, split, feature, fixed)
          : await encodeNumbers(cache, ingested, split, feature, outliers),
      ),
  });
  const { encoded, fitted, vocabularySize, unknown } = outcome;
  return {
    digest,
    encoded,
    fitted,
    ...(unknown && { unknown }),
    vocabulary: unpackTexts(await readFile(join(folder, 'vocabulary.bin')), vocabularySize),
    read: (from = 0, count = ingested.outcome.rowsKept) => read(folder, outcome, from, count),
  };
}

async function write(
  folder: string,
  { encoded, fitted, vocabulary, rows, unknown }: Encoding,
): Promise<Outcome> {
  await writeFile(join(folder, 'vocabulary.bin'), packTexts(vocabulary));
  const outcome = { encoded, fitted, vocabularySize: vocabulary.length, ...(unknown && { unknown }) };
  if (!rows.codes) {
    await writeArrays(join(folder, 'rows.f32'), rows.numbers);
    return { ...outcome, distinct: null };
  }
  await writeArrays(join(folder, 'codes.i32'), rows.codes);
  await writeArrays(join(folder, 'table.i32'), rows.indices);
  await writeArrays(join(folder, 'table.f32'), rows.numbers);
  const columns = columnsOf(encoded);
  return {
    ...outcome,
    distinct:
      columns.indices > 0 ? rows.indices.length / columns.indices : rows.numbers.length / columns.numbers,
  };
}

async function read(
  folder: string,
  { encoded, distinct }: Outcome,
  from: number,
  count: number,
): Promise<RowValues> {
  const columns = columnsOf(encoded);
  if (distinct === null) {
    const width = columns.numbers;
    return { numbers: await readPart(Float32Array, join(folder, 'rows.f32'), from * width, count * width) };
  }
  return {
    codes: await readPart(Int32Array, join(folder, 'codes.i32'), from, count),
    indices: await readArray(Int32Array, join(folder, 'table.i32'), distinct * columns.indices),
    numbers: await readArray(Float32Array, join(folder, 'table.f32'), distinct * columns.numbers),
  };
}
