/**
 * Fits the transform on the training rows and encodes all rows with it: vocabularies, entities and integer columns, as
 * `encodedDataset.ts` describes them.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddingDimFor, featureName, type Feature, type TrainingSpec } from '@trainyard/shared';
import { internalName, textSql } from '../ingest/columns.js';
import { DataError } from '../dataError.js';
import { literal, withDuck, type Duck } from '../duck.js';
import { ROWS_FILE, type IngestOutcome } from '../ingest/ingest.js';
import { numberedSql, SPLITS } from './split.js';
import { MANIFEST_FILE, VOCABULARIES_FOLDER, type TransformManifest } from './transformManifest.js';

/** Raise it when the same rows would be encoded otherwise. */
export const TRANSFORM_VERSION = 2;

type TowerName = 'query' | 'candidate';
type TowerManifest = TransformManifest[TowerName];

export async function transform(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  ingested: IngestOutcome,
  ingestFolder: string,
  folder: string,
): Promise<TransformManifest> {
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    await mkdir(join(folder, VOCABULARIES_FOLDER), { recursive: true });
    const manifest = await withDuck(work, (duck) =>
      transformWith(duck, spec, ingested, ingestFolder, folder),
    );
    await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function transformWith(
  duck: Duck,
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  ingested: IngestOutcome,
  ingestFolder: string,
  folder: string,
): Promise<TransformManifest> {
  const { split } = dataset;
  const orderColumn = split.strategy === 'time' ? internalName(ingested.columns, split.column) : undefined;
  await duck.run(`CREATE VIEW rows AS SELECT * FROM read_parquet(${literal(join(ingestFolder, ROWS_FILE))})`);
  await duck.run(numberedSql(split, orderColumn, ingested.rowsKept));

  const rows = await countSplits(duck);
  const query = await fitTower(duck, 'query', features.query, ingested, folder);
  const candidate = await fitTower(duck, 'candidate', features.candidate, ingested, folder);
  await encodeRows(duck, features, ingested);
  const itemColumn = `candidate${candidate.idFeature}`;
  const queryEntities = await writeQueryEntities(duck, features.query.length, folder);
  const items = await writeItems(duck, candidate, itemColumn, folder);
  return {
    schemaVersion: 1,
    query: { ...query, entities: queryEntities },
    candidate: { ...candidate, entities: items },
    rows: await writeSplits(duck, features.query.length, itemColumn, rows, folder),
  };
}

/** Fails when a split is empty, as the draw of a random one may leave it. */
async function countSplits(duck: Duck): Promise<TransformManifest['rows']> {
  const counts = SPLITS.map((name, number) => `count(*) FILTER (split = ${number}) AS ${name}`);
  const {
    train = 0,
    validation = 0,
    test = 0,
  } = await duck.counts(`SELECT ${counts.join(', ')} FROM numbered`);
  const rows = { train, validation, test };
  const empty = SPLITS.find((name) => rows[name] === 0);
  if (empty) {
    throw new DataError(
      'transform',
      'empty-split',
      `of ${train + validation + test} rows none is in the ${empty} split`,
      'bring more data, or change the shares or the seed of dataset.split',
    );
  }
  return rows;
}

function checkIdVocabulary(tower: TowerName, { column, minCount }: Feature, size: number): void {
  if (size > 0) return;
  throw new DataError(
    'transform',
    'empty-vocabulary',
    `no value of column "${column}", the id of the ${tower} tower, occurs in ${minCount} or more training rows`,
    'lower the minCount of the feature, or bring more data',
  );
}

/** A vocabulary table `{tower}{i}_vocabulary` and file for each feature, from training rows only. */
async function fitTower(
  duck: Duck,
  tower: TowerName,
  features: readonly Feature[],
  ingested: IngestOutcome,
  folder: string,
): Promise<Omit<TowerManifest, 'entities'>> {
  const fitted: TowerManifest['features'] = [];
  for (const [i, feature] of features.entries()) {
    const value = textOf(ingested, feature.column);
    await duck.run(
      `CREATE TABLE ${tower}${i}_vocabulary AS
        SELECT value, CAST(row_number() OVER (ORDER BY n DESC, value) AS INTEGER) AS idx
        FROM (SELECT ${value} AS value, count(*) AS n FROM numbered WHERE split = 0 GROUP BY 1)
        WHERE value IS NOT NULL AND n >= ${feature.minCount}`,
    );
    const values = await duck.rows(`SELECT value FROM ${tower}${i}_vocabulary ORDER BY idx`);
    if (feature.id) checkIdVocabulary(tower, feature, values.length);
    const file = `${VOCABULARIES_FOLDER}/${tower}-${i}.json`;
    await writeFile(join(folder, file), `${JSON.stringify(values.map((row) => row['value']))}\n`);
    fitted.push({
      name: featureName(feature),
      column: feature.column,
      vocabularySize: values.length,
      dim: feature.dim ?? embeddingDimFor(values.length),
      vocabulary: file,
    });
  }
  return { features: fitted, idFeature: features.findIndex((feature) => feature.id) };
}

/** `encoded`: position, split, and each feature's vocabulary index as `query0`, …, `candidate0`, …; 0 for unknown and null. */
async function encodeRows(
  duck: Duck,
  features: TrainingSpec['features'],
  ingested: IngestOutcome,
): Promise<void> {
  const all = (['query', 'candidate'] as const).flatMap((tower) =>
    features[tower].map((feature, i) => ({
      name: `${tower}${i}`,
      value: textOf(ingested, feature.column, 'numbered.'),
    })),
  );
  const indices = all.map(({ name }) => `coalesce(${name}_vocabulary.idx, 0) AS ${name}`);
  const joins = all.map(
    ({ name, value }) => `LEFT JOIN ${name}_vocabulary ON ${value} = ${name}_vocabulary.value`,
  );
  await duck.run(
    `CREATE TABLE encoded AS SELECT position, split, ${indices.join(', ')} FROM numbered ${joins.join(' ')}`,
  );
}

/** SQL of a column's value as vocabularies hold it. */
function textOf({ columns }: IngestOutcome, name: string, table = ''): string {
  return textSql(`${table}${internalName(columns, name)}`);
}

/** The distinct tuples of query features, in their order; returns how many. */
async function writeQueryEntities(duck: Duck, features: number, folder: string): Promise<number> {
  const columns = columnsOf('query', features);
  await duck.run(
    `CREATE TABLE query_entities AS SELECT *, CAST(row_number() OVER (ORDER BY ${columns}) - 1 AS INTEGER) AS entity
      FROM (SELECT DISTINCT ${columns} FROM encoded)`,
  );
  const { n: count = 0 } = await duck.counts('SELECT count(*) AS n FROM query_entities');
  const table = await duck.integers(`SELECT ${columns} FROM query_entities ORDER BY entity`, features, count);
  await writeIntegers(join(folder, 'query.table.i32'), interleaved(table, count));
  return count;
}

/** Item i has vocabulary index i and the properties of its newest training row; item 0 stands for the unknown ones. */
async function writeItems(
  duck: Duck,
  { features, idFeature }: Omit<TowerManifest, 'entities'>,
  itemColumn: string,
  folder: string,
): Promise<number> {
  const columns = features.map((_, i) =>
    i === idFeature ? itemColumn : `CAST(arg_max(candidate${i}, position) AS INTEGER)`,
  );
  const size = features[idFeature]?.vocabularySize ?? 0;
  const known = await duck.integers(
    `SELECT ${columns.join(', ')} FROM encoded WHERE split = 0 AND ${itemColumn} > 0 GROUP BY ${itemColumn} ORDER BY ${itemColumn}`,
    features.length,
    size,
  );
  const unknown = new Int32Array(features.length);
  const table = interleaved(known, size);
  await writeIntegers(join(folder, 'candidate.table.i32'), unknown, table);
  return size + 1;
}

async function writeSplits(
  duck: Duck,
  queryFeatures: number,
  itemColumn: string,
  rows: TransformManifest['rows'],
  folder: string,
): Promise<TransformManifest['rows']> {
  const same = Array.from(
    { length: queryFeatures },
    (_, i) => `encoded.query${i} = query_entities.query${i}`,
  );
  for (const [number, split] of SPLITS.entries()) {
    const [query = new Int32Array(), item = new Int32Array()] = await duck.integers(
      `SELECT entity, ${itemColumn} FROM encoded JOIN query_entities ON ${same.join(' AND ')}
        WHERE split = ${number} ORDER BY position`,
      2,
      rows[split],
    );
    await writeIntegers(join(folder, `${split}.query.i32`), query);
    await writeIntegers(join(folder, `${split}.item.i32`), item);
  }
  return rows;
}

function columnsOf(tower: TowerName, features: number): string {
  return Array.from({ length: features }, (_, i) => `${tower}${i}`).join(', ');
}

/** [count, columns] row-major. */
function interleaved(columns: readonly Int32Array[], count: number): Int32Array {
  const table = new Int32Array(count * columns.length);
  columns.forEach((column, c) => column.forEach((value, row) => (table[row * columns.length + c] = value)));
  return table;
}

async function writeIntegers(path: string, ...parts: Int32Array[]): Promise<void> {
  await writeFile(
    path,
    parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)),
  );
}
