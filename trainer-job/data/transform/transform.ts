/**
 * Fits the transform on the training rows and encodes all rows with it, as `encodedDataset.ts` describes them:
 * 1. every row gets its place (train, validation, test, each in the split's order),
 * 2. each feature is fitted and encoded by itself,
 * 3. the features of a tower are put side by side, for each of its entities.
 * Steps 1 and 2 are pieces of the cache.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureColumns, type Feature, type TrainingSpec, ownValue } from '@trainyard/shared';
import { inputWidthOf } from '@trainyard/recommender/encode/encodedFeature';
import { TEXTS_FILE, TRANSFORM_FILE, type TowerName } from '@trainyard/recommender/format/files';
import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import { packTexts, writeArrays } from '../typedFiles.js';
import { encodeFeature, featureSettings, type FeatureRows } from './encodeFeature.js';
import { encodeSampleWeight } from './encodeSampleWeight.js';
import { encodeTarget } from './encodeTarget.js';
import type { PieceCache } from './pieces.js';
import type { FixedVocabularies } from '../vocabularies/fixedVocabularies.js';
import type { IngestedRows } from './rowsOf.js';
import { SPLITS } from './split/sides.js';
import { splitRows, type SplitRows } from './split/splitRows.js';
import { encoderOfAll, itemTable, tableOf, writeRowsTable } from './towerTables.js';
import { writeTrainTimes } from './trainTimes.js';
import { noColumns, withColumn, type Tuples } from './tuples.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same features would be put together otherwise. */
export const TRANSFORM_VERSION = 4;

export async function transform(
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  ingested: IngestedRows,
  cache: PieceCache,
  folder: string,
  vocabularies: FixedVocabularies | null = null,
): Promise<TransformDocument> {
  const split = await splitRows(cache, ingested, dataset.split);
  const policyOf = (column: string) => ownValue(dataset.columns, column)?.outliers;
  const encodeAll = async (tower: TowerName) => {
    const encoded: FeatureRows[] = [];
    for (const feature of features[tower]) {
      const settings = featureSettings(dataset, tower, feature, vocabularies);
      const rows = await encodeFeature(cache, ingested, split, feature, settings);
      if (feature.id) checkIdVocabulary(tower, feature, rows.vocabulary.length);
      encoded.push(rows);
    }
    return encoded;
  };
  const query = await encodeAll('query');
  const candidate = await encodeAll('candidate');

  const target =
    features.target &&
    (await encodeTarget(cache, ingested, split, features.target, policyOf(features.target.column)));
  const weights =
    features.sampleWeight &&
    (await encodeSampleWeight(
      cache,
      ingested,
      split,
      features.sampleWeight,
      policyOf(features.sampleWeight.column),
    ));
  const queries = await writeQueries(query, split, folder);
  const items = await writeItems(candidate, idOf(features.candidate), split, folder);
  const binary = new Binary();
  const manifest: TransformDocument = {
    schemaVersion: 2,
    query: towerOf(query, idOf(features.query), queries.entities, binary),
    candidate: towerOf(candidate, idOf(features.candidate), items, binary),
    queryEntities: queries.are,
    rows: split.rows,
    ...(target && { target: { fitted: target.fitted, rows: target.rows } }),
    ...(features.sampleWeight && { sampleWeight: features.sampleWeight }),
    columnTypes: columnTypesOf(features, ingested),
    ...trimmedOf(dataset, features, ingested),
  };
  if (target) await writeSplits('target', target.values, split.rows, folder);
  if (weights) await writeArrays(join(folder, 'train.weight.f32'), weights);
  await writeTrainTimes(cache, ingested, dataset.split, split, folder);
  await writeFile(join(folder, TEXTS_FILE), binary.parts);
  await writeFile(join(folder, TRANSFORM_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Of the columns that the towers read and that hold no texts. */
function columnTypesOf(
  { query, candidate }: TrainingSpec['features'],
  { outcome }: IngestedRows,
): Record<string, string> {
  const read = new Set([...query, ...candidate].flatMap((feature) => featureColumns(feature)));
  return Object.fromEntries(
    outcome.columns
      .filter(({ name, type }) => read.has(name) && type !== 'VARCHAR')
      .map(({ name, type }) => [name, type]),
  );
}

/** Of the columns that the towers read, those of texts that were trimmed; nothing where none was. */
function trimmedOf(
  { columns }: TrainingSpec['dataset'],
  { query, candidate }: TrainingSpec['features'],
  { outcome }: IngestedRows,
): Pick<TransformDocument, 'trimmed'> {
  const read = new Set([...query, ...candidate].flatMap((feature) => featureColumns(feature)));
  const trimmed = outcome.columns
    .filter(
      ({ name, type }) => read.has(name) && type === 'VARCHAR' && ownValue(columns, name)?.trim === true,
    )
    .map(({ name }) => name);
  return trimmed.length > 0 ? { trimmed } : {};
}

function idOf(features: readonly Feature[]): number {
  return features.findIndex((feature) => feature.id);
}

function checkIdVocabulary(tower: TowerName, feature: Feature, size: number): void {
  if (size > 0 || feature.transform !== 'lookup') return;
  throw new TrainerError(
    'empty-vocabulary',
    `no value of column "${feature.column}", the id of the ${tower} tower, occurs in ${feature.minCount} or more training rows`,
    'lower the minCount of the feature, or bring more data',
    { stage: 'transform' },
  );
}

/** `transform.bin`, as it grows. */
class Binary {
  readonly parts: Buffer[] = [];
  private offset = 0;

  add(part: Buffer): { offset: number; bytes: number } {
    const place = { offset: this.offset, bytes: part.length };
    this.parts.push(part);
    this.offset += part.length;
    return place;
  }
}

function towerOf(
  features: readonly FeatureRows[],
  idFeature: number,
  entities: number,
  binary: Binary,
): TransformDocument[TowerName] {
  return {
    features: features.map(({ encoded, fitted, vocabulary }) => ({
      encoded,
      fitted,
      vocabulary: { size: vocabulary.length, ...binary.add(packTexts(vocabulary)) },
    })),
    idFeature,
    entities,
    inputWidth: features.reduce((width, { encoded }) => width + inputWidthOf(encoded), 0),
  };
}

/** The table of the queries, and which of them each row has. */
async function writeQueries(
  features: readonly FeatureRows[],
  { rows, place }: SplitRows,
  folder: string,
): Promise<{ entities: number; are: TransformDocument['queryEntities'] }> {
  const tuples = await tuplesOf(features, place.length);
  if (!tuples) {
    await writeRowsTable(features, place.length, folder, 'query');
    return { entities: place.length, are: 'rows' };
  }
  const table = await tableOf(features, tuples.first);
  await writeArrays(join(folder, 'query.table.i32'), table.indices);
  await writeArrays(join(folder, 'query.table.f32'), table.numbers);
  await writeSplits('query', tuples.tuple, rows, folder);
  return { entities: tuples.first.length, are: 'tuples' };
}

/** The distinct encodings of rows; undefined when they are more than half as many as the rows: then nothing is won by them. */
async function tuplesOf(features: readonly FeatureRows[], rows: number): Promise<Tuples | undefined> {
  const limit = Math.ceil(rows / 2);
  let tuples: Tuples | undefined = noColumns(rows);
  for (const feature of features) {
    const { codes, numbers } = await feature.read();
    const columns = codes ? [codes] : bitColumns(numbers, rows);
    for (const column of columns) {
      tuples = withColumn(tuples, column, limit);
      if (!tuples) return undefined;
    }
  }
  return tuples;
}

/** The columns of numbers [rows, columns] as integers of the same bits. */
function bitColumns(numbers: Float32Array, rows: number): Int32Array[] {
  const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const columns = numbers.length / rows;
  return Array.from({ length: columns }, (_, c) => {
    const column = new Int32Array(rows);
    for (let row = 0; row < rows; row++) column[row] = bits[row * columns + c]!;
    return column;
  });
}

/**
 * Item i has vocabulary index i and the properties of its newest training row, or, where train has none of it, no known ones;
 * item 0 stands for the unknown ones.
 */
async function writeItems(
  features: readonly FeatureRows[],
  idFeature: number,
  { rows }: SplitRows,
  folder: string,
): Promise<number> {
  const id = features[idFeature];
  const { codes } = (await id?.read()) ?? {};
  if (!id || !codes) throw new Error('the id of a tower is a lookup');
  const items = id.vocabulary.length + 1;
  const newest = new Int32Array(items).fill(-1);
  for (let row = 0; row < rows.train; row++) newest[codes[row]!] = row;
  const known = await itemTable(features, id, newest.subarray(1));
  const unknown = encoderOfAll(features)({});
  await writeArrays(join(folder, 'candidate.table.i32'), unknown.indices, known.indices);
  await writeArrays(join(folder, 'candidate.table.f32'), unknown.numbers, known.numbers);
  await writeSplits('item', codes, rows, folder);
  return items;
}

/** Cuts a column in the order of places into a file for each split. */
async function writeSplits(
  name: 'query' | 'item' | 'target',
  column: Int32Array | Float32Array,
  rows: SplitRows['rows'],
  folder: string,
): Promise<void> {
  const kind = column instanceof Float32Array ? 'f32' : 'i32';
  let from = 0;
  for (const split of SPLITS) {
    await writeArrays(join(folder, `${split}.${name}.${kind}`), column.subarray(from, from + rows[split]));
    from += rows[split];
  }
}
