/** What fitted features make of their training rows: whether they tell these apart, and how many of them count as missing. */
import { cutText, featureColumns, featureName, type Feature, type TrainingSpec } from '@trainyard/shared';
import { truthOf } from '@trainyard/recommender/encode/boolean';
import { columnsOf, type EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import { z } from 'zod';
import { isTextFeature } from '../../../features/fit.js';
import { partsBeyond } from '../../../features/parts.js';
import type { FixedVocabularies } from '../../vocabularies/fixedVocabularies.js';
import { numberColumn, textColumn } from '../columnPieces.js';
import { encodeFeature, featureSettings, type FeatureRows } from '../encodeFeature.js';
import { entryOf, type RowValues } from '../encoding.js';
import type { PieceCache } from '../pieces.js';
import type { IngestedRows } from '../rowsOf.js';
import { splitRows, type SplitRows } from '../split/splitRows.js';
import { useOfPeriods } from '../timeColumn.js';

/** Raise it when the same encoded rows would be counted otherwise. */
export const FEATURE_USE_VERSION = 3;

/** What the encoded training rows of a feature say of it, in whichever tower it is. */
export const rowUseSchema = z.strictObject({
  rows: z.int(),
  /** Rows in which a column of the feature has a value. */
  held: z.int(),
  /** Distinct values of the column; of several, of the one that has most. */
  values: z.int(),
  /** The least and the largest number; null of texts and times. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  /** Rows that have a value and count as missing or unknown all the same. */
  unread: z.int(),
  /** The most frequent values of these. */
  unreadValues: z.array(z.string()),
  /** Rows that have more words or values than the feature takes, and how many those leave out; null where there is none. */
  cut: z.strictObject({ rows: z.int(), parts: z.int() }).nullable(),
  /** Values of the feature's vocabulary. */
  vocabulary: z.int(),
  /** Which rows are all encoded alike: all, or those that have a value, which are then told from the others alone. */
  same: z.enum(['all', 'held']).nullable(),
});
type RowUse = z.infer<typeof rowUseSchema>;

/** Of a feature that is no id. */
export const featureUseSchema = z.strictObject({
  tower: z.enum(['query', 'candidate']),
  feature: z.string(),
  ...rowUseSchema.shape,
});
export type FeatureUse = z.infer<typeof featureUseSchema>;

/** Takes what is known of an encoded feature, by its digest, from where it is kept, or counts it. */
type KeepUse = (feature: string, count: () => Promise<RowUse>) => Promise<RowUse>;

/** Of each feature but the ids, in the order of the specification. The features are taken from the cache, which the transform has filled. */
export async function featureUse(
  cache: PieceCache,
  ingested: IngestedRows,
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  vocabularies: FixedVocabularies | null,
  keep: KeepUse,
): Promise<FeatureUse[]> {
  const split = await splitRows(cache, ingested, dataset.split);
  const found: FeatureUse[] = [];
  for (const tower of ['query', 'candidate'] as const) {
    for (const feature of features[tower]) {
      if (feature.id) continue;
      const settings = featureSettings(dataset, tower, feature, vocabularies);
      const encoded = await encodeFeature(cache, ingested, split, feature, settings);
      const isFixed = settings.vocabulary !== undefined;
      const use = await keep(encoded.digest, () =>
        rowUse({ cache, ingested, split }, feature, encoded, isFixed),
      );
      found.push({ tower, feature: featureName(feature), ...use });
    }
  }
  return found;
}

async function rowUse(rows: Rows, feature: Feature, encoded: FeatureRows, isFixed: boolean): Promise<RowUse> {
  const { at, ...held } = await heldBy(rows, feature, encoded, isFixed);
  const { train } = rows.split.rows;
  return {
    ...held,
    rows: train,
    held: at.reduce((sum, one) => sum + one, 0),
    vocabulary: encoded.vocabulary.length,
    same: sameRows(await encoded.read(0, train), encoded.encoded, at),
  };
}

/** Which training rows have a value, and what is known of these. */
interface Held extends Pick<FeatureUse, 'values' | 'range' | 'unread' | 'unreadValues' | 'cut'> {
  /** [training rows] 1 where there is one. */
  at: Uint8Array;
}

interface Rows {
  cache: PieceCache;
  ingested: IngestedRows;
  split: SplitRows;
}

async function heldBy(rows: Rows, feature: Feature, encoded: FeatureRows, isFixed: boolean): Promise<Held> {
  if (isTextFeature(feature))
    return heldTexts(rows, featureColumns(feature), readerOf(feature, encoded, isFixed), (text) =>
      partsBeyond(encoded.fitted, text),
    );
  const { cache, ingested, split } = rows;
  const form = feature.transform === 'cyclical' ? useOfPeriods(feature) : 'number';
  const { values } = await numberColumn(cache, ingested, feature.column, form);
  const type = ingested.outcome.columns.find(({ name }) => name === feature.column)?.type;
  // Times that are texts may be none, which nothing but their reading finds.
  if (form !== 'number' && type === 'VARCHAR') {
    return heldTexts(rows, [feature.column], (_text, row) => !Number.isNaN(values[row]));
  }
  const at = new Uint8Array(split.rows.train);
  const distinct = new Set<number>();
  let [least, largest] = [Infinity, -Infinity];
  for (const [row, value] of values.entries()) {
    const place = split.place[row]!;
    if (place >= at.length || Number.isNaN(value)) continue;
    at[place] = 1;
    // Whether there are several is asked, and that there are many is enough to be said.
    if (distinct.size < MANY) distinct.add(value);
    [least, largest] = [Math.min(least, value), Math.max(largest, value)];
  }
  const range: Held['range'] = form === 'number' && distinct.size > 0 ? [least, largest] : null;
  return { at, values: distinct.size, range, unread: 0, unreadValues: [], cut: null };
}

const MANY = 1_000_000;

/** Whether the feature takes a text, which a row has, for what it is. */
type Reader = (text: string, row: number) => boolean;

function readerOf(feature: Feature, { fitted, vocabulary }: FeatureRows, isFixed: boolean): Reader {
  if (feature.transform === 'boolean') return (text) => truthOf(text) !== undefined;
  // Given vocabularies have a warning of their own, and several rows for unknown values tell these apart.
  if (fitted.transform !== 'lookup' || isFixed || fitted.oovBuckets > 1) return () => true;
  const known = new Set(vocabulary);
  return (text) => known.has(text);
}

async function heldTexts(
  { cache, ingested, split: { place, rows } }: Rows,
  columns: readonly string[],
  isRead: Reader,
  beyond: (text: string) => number = () => 0,
): Promise<Held> {
  const at = new Uint8Array(rows.train);
  const unread: { text: string; count: number; row: number }[] = [];
  const cut = { rows: 0, parts: 0 };
  let values = 0;
  for (const column of columns) {
    const { texts, codes } = await textColumn(cache, ingested, column);
    // What is blank says that it is missing; 0 is the code of what has no text.
    const isHeld = Uint8Array.from([0, ...texts.map((text) => (text.trim() === '' ? 0 : 1))]);
    const [counts, first] = [new Int32Array(isHeld.length), new Int32Array(isHeld.length)];
    for (const [row, code] of codes.entries()) {
      if (place[row]! >= rows.train || isHeld[code] === 0) continue;
      at[place[row]!] = 1;
      if (counts[code]!++ === 0) first[code] = row;
    }
    values = Math.max(
      values,
      counts.reduce((sum, count) => sum + Math.sign(count), 0),
    );
    if (columns.length > 1) continue;
    for (const [i, text] of texts.entries()) {
      const count = counts[i + 1]!;
      if (count === 0) continue;
      if (!isRead(text, first[i + 1]!)) unread.push({ text, count, row: first[i + 1]! });
      const more = beyond(text);
      if (more > 0) cut.rows += count;
      cut.parts += more * count;
    }
  }
  const most = unread.toSorted((a, b) => b.count - a.count || a.row - b.row).slice(0, 3);
  return {
    at,
    values,
    range: null,
    cut: cut.rows > 0 ? cut : null,
    unread: unread.reduce((sum, { count }) => sum + count, 0),
    unreadValues: most.map(({ text }) => cutText(text, 40)),
  };
}

function sameRows(values: RowValues, encoded: EncodedFeature, held: Uint8Array): FeatureUse['same'] {
  if (held.length < 2) return null;
  const isSame = sameEntry(values, encoded);
  if (held.every((_, row) => isSame(row, 0))) return 'all';
  const first = held.indexOf(1);
  return first >= 0 && held.every((one, row) => one === 0 || isSame(row, first)) ? 'held' : null;
}

/** Whether two rows are encoded alike. */
function sameEntry(values: RowValues, encoded: EncodedFeature): (row: number, other: number) => boolean {
  const { indices, numbers } = columnsOf(encoded);
  const entryAt = entryOf(values);
  const isEqual = (table: Int32Array | Float32Array, width: number, a: number, b: number) => {
    for (let c = 0; c < width; c++) if (table[a * width + c] !== table[b * width + c]) return false;
    return true;
  };
  return (row, other) => {
    const [a, b] = [entryAt(row), entryAt(other)];
    if (a === b) return true;
    return (
      (!values.codes || isEqual(values.indices, indices, a, b)) && isEqual(values.numbers, numbers, a, b)
    );
  };
}
