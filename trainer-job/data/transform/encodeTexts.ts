/** Features of texts: each distinct text, or tuple of texts, is encoded once, and rows point to it. */
import { featureColumns } from '@trainyard/shared';
import { truthOf } from '@trainyard/recommender/encode/boolean';
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import type { TextFeatureEncoder } from '@trainyard/recommender/encode/encoder';
import { fitTexts, type TextFeature } from '../../features/fit.js';
import { encodedFeatureOf, encoderOf, type FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { partsOf } from '../../features/parts.js';
import type { Counted } from '../../features/vocabulary.js';
import { textColumn } from './columnPieces.js';
import { emptyFeature, identity, type Encoding, type UnknownValues } from './encoding.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';
import { noColumns, withColumn } from './tuples.js';

/** The distinct tuples of a feature's columns. */
interface Distinct {
  /** [rows] */
  codes: Int32Array;
  count: number;
  /** The texts of a code, null for a missing one. */
  textsOf: (code: number) => (string | null)[];
}

export async function encodeTexts(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: TextFeature,
  fixed?: readonly string[],
): Promise<Encoding> {
  const distinct = await distinctOf(cache, ingested, featureColumns(feature));
  const { fitted, vocabulary } = fitTexts(feature, countedOf(distinct, split, feature), fixed);
  const unknown = fixed && { unknown: unknownOf(fitted, fixed, distinct, split) };
  const encoded = encodedFeatureOf(feature, fitted, vocabulary.length);
  const encoder = encoderOf(fitted, vocabulary);
  if (encoder.form !== 'text') throw new Error(`${feature.transform} takes texts`);
  const table = encodeAll(encoder, distinct, columnsOf(encoded));
  if (encoded.kind === 'embedding' && encoded.indices === 1) {
    // A row's code is the embedding's row itself: values that are encoded alike, such as unknown ones, are one.
    const rows = placed(distinct.codes, split, (code) => table.indices[code]!);
    return { encoded, fitted, vocabulary, rows: { codes: rows, ...identity(encoded.rows) }, ...unknown };
  }
  const codes = placed(distinct.codes, split, (code) => code);
  return { encoded, fitted, vocabulary, rows: { codes, ...table }, ...unknown };
}

async function distinctOf(
  cache: PieceCache,
  ingested: IngestedRows,
  columns: readonly string[],
): Promise<Distinct> {
  const [first = '', ...others] = columns;
  const { texts, codes } = await textColumn(cache, ingested, first);
  const textOf = (code: number) => (code === 0 ? null : (texts[code - 1] ?? null));
  if (others.length === 0) return { codes, count: texts.length + 1, textsOf: (code) => [textOf(code)] };

  const rows = codes.length;
  let tuples = withColumn(noColumns(rows), codes, rows);
  const all = [{ codes, textOf }];
  for (const column of others) {
    const other = await textColumn(cache, ingested, column);
    all.push({
      codes: other.codes,
      textOf: (code) => (code === 0 ? null : (other.texts[code - 1] ?? null)),
    });
    tuples = tuples && withColumn(tuples, other.codes, rows);
  }
  if (!tuples) throw new Error('there are no more distinct rows than rows');
  const { tuple, first: firstRow } = tuples;
  return {
    codes: tuple,
    count: firstRow.length,
    textsOf: (code) => all.map((column) => column.textOf(column.codes[firstRow[code]!]!)),
  };
}

/** The texts of one column with their training rows; a cross is not fitted, so nobody counts for it. */
function countedOf(
  { codes, count, textsOf }: Distinct,
  { place, rows }: SplitRows,
  feature: TextFeature,
): Counted[] {
  if (feature.transform === 'cross' || feature.transform === 'hash') return [];
  const counts = new Int32Array(count);
  for (let row = 0; row < codes.length; row++) if (place[row]! < rows.train) counts[codes[row]!]! += 1;
  const counted: Counted[] = [];
  for (let code = 0; code < count; code++) {
    const [text = null] = textsOf(code);
    if (text !== null) counted.push({ text, rows: counts[code]! });
  }
  if (
    feature.transform === 'boolean' &&
    !counted.some(({ text, rows: n }) => n > 0 && truthOf(text) !== undefined)
  )
    throw emptyFeature(feature, 'truth value');
  return counted;
}

/** What the data have and a given vocabulary lacks, and the reverse. */
function unknownOf(
  fitted: FittedFeature,
  fixed: readonly string[],
  { codes, count, textsOf }: Distinct,
  { place, rows }: SplitRows,
): UnknownValues {
  const known = new Set(fixed);
  const [unknown, trained] = [new Set<string>(), new Set<string>()];
  const [all, train] = [new Int32Array(count), new Int32Array(count)];
  for (let row = 0; row < codes.length; row++) {
    all[codes[row]!]! += 1;
    if (place[row]! < rows.train) train[codes[row]!]! += 1;
  }
  const found = { rows: 0, trainRows: 0 };
  for (let code = 0; code < count; code++) {
    const [text = null] = textsOf(code);
    if (text === null) continue;
    const values = partsOf(fitted, text);
    const missing = values.filter((value) => !known.has(value));
    for (const value of missing) unknown.add(value);
    if (train[code]! > 0) for (const value of values) trained.add(value);
    if (missing.length === 0) continue;
    found.rows += all[code]!;
    found.trainRows += train[code]!;
  }
  const unused = fixed.filter((value) => !trained.has(value)).length;
  return { values: unknown.size, ...found, unused };
}

/** [distinct, columns] each. */
function encodeAll(
  encoder: TextFeatureEncoder,
  { count, textsOf }: Distinct,
  columns: { indices: number; numbers: number },
): { indices: Int32Array; numbers: Float32Array } {
  const table = {
    indices: new Int32Array(count * columns.indices),
    numbers: new Float32Array(count * columns.numbers),
  };
  for (let code = 0; code < count; code++) {
    encoder.encode(textsOf(code), table, code * columns.indices, code * columns.numbers);
  }
  return table;
}

/** [rows] in the order of their places. */
function placed(codes: Int32Array, { place }: SplitRows, valueOf: (code: number) => number): Int32Array {
  const values = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) values[place[row]!] = valueOf(codes[row]!);
  return values;
}
