/** What the encoded features of a row stand for, as far as an encoding tells. */
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { EncodedTower, EntityRows, FeatureMeaning } from '../../../data/encodedDataset.js';

/** What a lookup says of a value that is not in its vocabulary. */
export const UNKNOWN = 'unknown or missing';
/** Entities that are read at once. */
const BLOCK = 8192;

export interface ReadableFeature {
  name: string;
  isId: boolean;
  transform: FittedFeature['transform'];
  /** How many values it may have; null for what is no category. */
  categories: number | null;
  /** What it is of the entity at a place of the rows. */
  valueAt(this: void, rows: EntityRows, place: number): string;
}

/** Those of a tower whose encodings tell their values: neither hashes nor times do. Vocabularies are read once they are asked for here. */
export async function readableFeatures(
  tower: EncodedTower,
  isWanted: (feature: Omit<ReadableFeature, 'valueAt'>) => boolean,
): Promise<ReadableFeature[]> {
  const readable: ReadableFeature[] = [];
  let [index, number] = [0, 0];
  const strides = { indices: 0, numbers: 0 };
  for (const feature of tower.features) {
    strides.indices += columnsOf(feature).indices;
    strides.numbers += columnsOf(feature).numbers;
  }
  for (const [i, feature] of tower.features.entries()) {
    const [atIndex, atNumber] = [index, number];
    index += columnsOf(feature).indices;
    number += columnsOf(feature).numbers;
    const meaning = tower.meanings?.[i];
    if (!meaning || !isReadable(meaning.fitted)) continue;
    const about = {
      name: feature.name,
      isId: i === tower.idFeature,
      transform: meaning.fitted.transform,
      categories: categoriesOf(meaning.fitted, feature.kind === 'embedding' ? feature.rows : 0),
    };
    if (!isWanted(about)) continue;
    const text = await decoderOf(meaning);
    readable.push({
      ...about,
      valueAt: ({ indices, numbers }, place) =>
        text({
          indices: indices.subarray(place * strides.indices + atIndex, place * strides.indices + index),
          numbers: numbers.subarray(place * strides.numbers + atNumber, place * strides.numbers + number),
        }),
    });
  }
  return readable;
}

/** Goes through entities in blocks: `visit` is given the encodings of some, and which the first of them is. */
export async function eachBlock(
  tower: EncodedTower,
  entities: Int32Array,
  between: () => Promise<void>,
  visit: (rows: EntityRows, first: number, count: number) => void,
): Promise<void> {
  for (let first = 0; first < entities.length; first += BLOCK) {
    const block = entities.subarray(first, first + BLOCK);
    visit(tower.rows(block), first, block.length);
    await between();
  }
}

function isReadable({ transform, ...fitted }: FittedFeature): boolean {
  if (transform === 'text' || transform === 'multi') return !('buckets' in fitted) || fitted.buckets === null;
  return ['lookup', 'bucketize', 'boolean', 'normalize'].includes(transform);
}

function categoriesOf({ transform }: FittedFeature, rows: number): number | null {
  if (transform === 'lookup' || transform === 'bucketize') return rows;
  return transform === 'boolean' ? 3 : null;
}

type Decoder = (encoded: EntityRows) => string;

async function decoderOf({ fitted, vocabulary }: FeatureMeaning): Promise<Decoder> {
  switch (fitted.transform) {
    case 'lookup': {
      const values = await vocabulary();
      return ({ indices }) => shownValue(values[indices[0]! - fitted.oovBuckets] ?? UNKNOWN);
    }
    case 'text': {
      const words = await vocabulary();
      return ({ indices }) => wordsIn(indices.subarray(0, fitted.maxTokens), words);
    }
    case 'multi': {
      const values = await vocabulary();
      return ({ indices }) => valuesIn(indices, fitted.oovBuckets, values);
    }
    case 'bucketize':
      return ({ indices }) => intervalOf(fitted.boundaries, indices[0]!);
    case 'boolean':
      return ({ numbers }) => answerOf(numbers, fitted.missingIndicator);
    case 'normalize':
      return ({ numbers }) => numberOf(fitted, numbers);
    default:
      throw new Error(`the encoding of ${fitted.transform} does not tell its value`);
  }
}

/** Of a value that nobody would see: an empty text, or blanks alone. */
export const BLANK = '(blank)';

/** As a person can see it. */
export function shownValue(text: string): string {
  return text.trim() === '' ? BLANK : text;
}

function wordsIn(rows: Int32Array, words: readonly string[]): string {
  return Array.from(
    rows.filter((row) => row >= 0),
    (row) => words[row - 1] ?? '(unknown)',
  ).join(' ');
}

/** The values of a row, in their order. */
function valuesIn(rows: Int32Array, first: number, values: readonly string[]): string {
  return Array.from(
    rows.filter((row) => row >= 0),
    (row) => values[row - first] ?? '(unknown)',
  ).join(', ');
}

/** Row 0 is a missing number, row 1 what is below the first boundary. */
function intervalOf(boundaries: readonly number[], row: number): string {
  if (row === 0) return 'missing';
  const [from, to] = [boundaries[row - 2], boundaries[row - 1]];
  if (from === undefined) return to === undefined ? 'any number' : `below ${to}`;
  return to === undefined ? `from ${from}` : `from ${from} to below ${to}`;
}

function answerOf(numbers: Float32Array, hasIndicator: boolean): string {
  if (numbers[0] === 1) return 'true';
  if (!hasIndicator) return 'false or missing';
  return numbers[1] === 1 ? 'missing' : 'false';
}

/** To six digits, for an encoding has seven; what was clipped is at its bound. */
function numberOf(
  { mean, std, log1p, degree, missingIndicator }: Extract<FittedFeature, { transform: 'normalize' }>,
  numbers: Float32Array,
): string {
  if (missingIndicator && numbers[degree] === 1) return 'missing';
  const shaped = numbers[0]! * std + mean;
  const value = log1p ? Math.sign(shaped) * Math.expm1(Math.abs(shaped)) : shaped;
  const text = String(Number(value.toPrecision(6)));
  return !missingIndicator && numbers[0] === 0 ? `${text} or missing` : text;
}
