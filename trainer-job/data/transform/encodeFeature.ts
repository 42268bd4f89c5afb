/**
 * One feature: fitted on the training rows, and all rows encoded. It is a piece of its own in the cache, so that a changed
 * feature costs no other one anything.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertNever, featureColumns, type Feature } from '@trainyard/shared';
import { z } from 'zod';
import { columnsOf, encodedFeatureSchema, type EncodedFeature } from '../../features/encodedFeature.js';
import type { NumberFeatureEncoder } from '../../features/encoder.js';
import { encodedFeatureOf, encoderOf, fittedFeatureSchema, formOf } from '../../features/fitted.js';
import { vocabularyOf } from '../../features/lookup.js';
import { fitNormalize } from '../../features/normalize.js';
import { DataError } from '../dataError.js';
import { packTexts, readArray, readPart, unpackTexts, writeArrays } from '../typedFiles.js';
import { numberColumn, textColumn } from './columnPieces.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './splitRows.js';

/** Raise it when the same feature would be fitted or encoded otherwise. */
const FEATURE_VERSION = 1;

const outcomeSchema = z.strictObject({
  encoded: encodedFeatureSchema,
  fitted: fittedFeatureSchema,
  vocabularySize: z.int(),
  /** Distinct encodings that `codes.i32` points to, in `table.i32` or `table.f32`; null where rows are numbers. */
  distinct: z.int().nullable(),
});
type Outcome = z.infer<typeof outcomeSchema>;

/** A feature of all rows, in the order of their places. */
export interface FeatureRows extends Pick<Outcome, 'encoded' | 'fitted'> {
  vocabulary: string[];
  digest: string;
  /** Reads `count` rows, all unless given; they are large, so nobody keeps them longer than needed. */
  read(from?: number, count?: number): Promise<RowValues>;
}

export type RowValues =
  /** Row r is encoded as entry `codes[r]` of a table of distinct encodings, `indices` and `numbers` columns each. */
  | { codes: Int32Array; indices: Int32Array; numbers: Float32Array }
  /** [rows, width] */
  | { codes?: never; numbers: Float32Array };

export async function encodeFeature(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: Feature,
): Promise<FeatureRows> {
  const { folder, outcome, digest } = await cache({
    key: { piece: 'feature', version: FEATURE_VERSION, rows: ingested.digest, split: split.digest, feature },
    outcome: outcomeSchema,
    produce: (target) => produce(cache, ingested, split, feature, target),
  });
  const rows = ingested.outcome.rowsKept;
  const { encoded, fitted, vocabularySize, distinct } = outcome;
  const columns = columnsOf(encoded);
  return {
    encoded,
    fitted,
    digest,
    vocabulary: unpackTexts(await readFile(join(folder, 'vocabulary.bin')), vocabularySize),
    async read(from = 0, count = rows) {
      if (distinct === null) {
        const width = columns.numbers;
        return {
          numbers: await readPart(Float32Array, join(folder, 'rows.f32'), from * width, count * width),
        };
      }
      return {
        codes: await readPart(Int32Array, join(folder, 'codes.i32'), from, count),
        indices: await readArray(Int32Array, join(folder, 'table.i32'), distinct * columns.indices),
        numbers: await readArray(Float32Array, join(folder, 'table.f32'), distinct * columns.numbers),
      };
    },
  };
}

function produce(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: Feature,
  folder: string,
): Promise<Outcome> {
  switch (feature.transform) {
    case 'lookup':
      return encodeLookupRows(cache, ingested, split, feature, folder);
    case 'normalize':
      return encodeNumberRows(cache, ingested, split, feature, folder);
    default:
      return assertNever(feature);
  }
}

type LookupFeature = Extract<Feature, { transform: 'lookup' }>;
type NumberFeature = Extract<Feature, { transform: 'normalize' }>;

async function encodeLookupRows(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: LookupFeature,
  folder: string,
): Promise<Outcome> {
  const { texts, codes } = await textColumn(cache, ingested, feature.column);
  const counts = trainingCounts(codes, texts.length + 1, split);
  const counted = texts.map((text, i) => ({ text, rows: counts[i + 1]! }));
  const vocabulary = vocabularyOf(counted, feature);
  const fitted = { transform: feature.transform, oovBuckets: feature.oovBuckets };
  const encoded = encodedFeatureOf(feature, fitted, vocabulary.length);
  const encoder = encoderOf(fitted, vocabulary);
  if (encoder.form !== 'text') throw new Error(`${feature.transform} takes texts`);
  const indices = new Int32Array(texts.length + 1);
  const to = { indices, numbers: new Float32Array(0) };
  [null, ...texts].forEach((text, i) => encoder.encode([text], to, i, 0));
  // A row's code is the index itself: values that are encoded alike, such as unknown ones, are one.
  const placed = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) placed[split.place[row]!] = indices[codes[row]!]!;
  const all = encoded.kind === 'embedding' ? encoded.rows : 0;
  await writeArrays(join(folder, 'codes.i32'), placed);
  await writeArrays(
    join(folder, 'table.i32'),
    Int32Array.from({ length: all }, (_, i) => i),
  );
  await writeArrays(join(folder, 'table.f32'), new Float32Array(0));
  return finish(folder, { encoded, fitted, vocabulary, distinct: all });
}

async function encodeNumberRows(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: NumberFeature,
  folder: string,
): Promise<Outcome> {
  const form = formOf(feature.transform);
  const { values, single } = await numberColumn(cache, ingested, feature.column, numericForm(form));
  const fitted = fitNormalize(feature, trainingNumbers(values, split, feature), single);
  const encoded = encodedFeatureOf(feature, fitted, 0);
  const encoder = encoderOf(fitted, []);
  const rows = encodeNumbers(numeric(encoder), values, split, encoded);
  await writeArrays(join(folder, 'rows.f32'), rows);
  return finish(folder, { encoded, fitted, vocabulary: [], distinct: null });
}

function encodeNumbers(
  encoder: NumberFeatureEncoder,
  values: Float64Array,
  { place }: SplitRows,
  encoded: EncodedFeature,
): Float32Array {
  const width = columnsOf(encoded).numbers;
  const numbers = new Float32Array(values.length * width);
  const to = { indices: new Int32Array(0), numbers };
  for (let row = 0; row < values.length; row++) encoder.encode(values[row]!, to, 0, place[row]! * width);
  return numbers;
}

async function finish(
  folder: string,
  { vocabulary, ...made }: Omit<Outcome, 'vocabularySize'> & { vocabulary: readonly string[] },
): Promise<Outcome> {
  await writeFile(join(folder, 'vocabulary.bin'), packTexts(vocabulary));
  return { ...made, vocabularySize: vocabulary.length };
}

/** [size] training rows by code. */
function trainingCounts(codes: Int32Array, size: number, { place, rows }: SplitRows): Int32Array {
  const counts = new Int32Array(size);
  for (let row = 0; row < codes.length; row++) if (place[row]! < rows.train) counts[codes[row]!]! += 1;
  return counts;
}

/** The numbers of the training rows that have one; fails when there are none. */
function trainingNumbers(
  values: Float64Array,
  { place, rows }: SplitRows,
  feature: NumberFeature,
): Float64Array {
  const numbers = new Float64Array(rows.train);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (place[row]! < rows.train && !Number.isNaN(values[row]!)) numbers[count++] = values[row]!;
  }
  if (count > 0) return numbers.slice(0, count);
  throw new DataError(
    'transform',
    'empty-feature',
    `column "${featureColumns(feature).join('", "')}" has no number in any training row`,
    'name the right column, correct its cast in dataset.columns, or leave the feature out',
  );
}

function numericForm(form: ReturnType<typeof formOf>): 'number' | 'time' {
  if (form === 'text') throw new Error('a transform of numbers takes no texts');
  return form;
}

function numeric(encoder: ReturnType<typeof encoderOf>): NumberFeatureEncoder {
  if (encoder.form === 'text') throw new Error('a transform of numbers takes no texts');
  return encoder;
}
