/** The plain tables of a model's folder: items, users, what users have, vocabularies. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { USER_VECTORS_FILE } from '@trainyard/recommender/format/files';
import type { Transform } from '@trainyard/recommender/model/transform';
import type { Database } from '../../data/database.js';
import { withDatabase } from '../../data/database.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { OpenRows, WithRows } from '../../data/transform/openRows.js';
import { writeArrays } from '../../data/typedFiles.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import {
  columnsOfValues,
  copyTo,
  entityTable,
  makeTables,
  writeEntities,
  type Entities,
} from './entityTables.js';
import { trainingRowsOf, type TrainingRows } from './newestRows.js';
import { saveSeen } from './saveSeen.js';
import { saveValues } from './saveValues.js';
import { seenItems, type SeenItems } from './seenItems.js';
import { writeVocabularies } from './writeVocabularies.js';

export interface TablesRequest {
  model: TwoTowerModel;
  data: EncodedDataset;
  transform: Transform;
  /** [items, width]; null for models that have no vectors. */
  itemVectors: Float32Array | null;
  /** Opens the rows that the model was trained on; null where they are not at hand: items have no attributes then. */
  withRows: WithRows | null;
  folder: string;
  between: () => Promise<void>;
}

/** Files of tables by the names of their artifacts. */
export const TABLE_FILES = {
  items: 'items.parquet',
  users: 'users.parquet',
  seen: 'seen.parquet',
  vocabularies: 'vocabularies.json',
} as const;

export async function writeTables(request: TablesRequest): Promise<typeof TABLE_FILES> {
  const { data, transform, folder, between, withRows } = request;
  await writeVocabularies(join(folder, TABLE_FILES.vocabularies), transform);
  const userIds = transform.vocabulary('query', data.query.idFeature);
  const seen = await seenItems(data, userIds.length, between);
  await saveSeen(folder, seen, data.trainTimes ? 'time' : 'data');
  const write = (database: Database, rows: Omit<OpenRows, 'database'> | null) =>
    writeParquet(request, database, rows, { userIds, seen });
  if (withRows) await withRows(({ database, ...rows }) => write(database, rows));
  else await inOwnDatabase(folder, (database) => write(database, null));
  return TABLE_FILES;
}

async function inOwnDatabase(folder: string, work: (database: Database) => Promise<void>): Promise<void> {
  const temporary = await mkdtemp(join(folder, 'work-'));
  try {
    await withDatabase(temporary, work);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function writeParquet(
  request: TablesRequest,
  database: Database,
  rows: Omit<OpenRows, 'database'> | null,
  { userIds, seen }: { userIds: readonly string[]; seen: SeenItems },
): Promise<void> {
  const { folder, between } = request;
  for (const entities of [itemsOf(request), await usersOf(request, userIds, seen)]) {
    await makeTables(database, rows, entities, between);
    await writeEntities(database, entities, rows !== null, join(folder, TABLE_FILES[entities.whose]));
    if (rows) {
      const columns = columnsOfValues(database, rows, entities);
      await saveValues(folder, entities.whose, entities.ids.length, columns);
    }
    await between();
  }
  await writeSeen(database, seen, join(folder, TABLE_FILES.seen), between);
}

function itemsOf({ model, data, transform, itemVectors }: TablesRequest): Entities {
  const ids = transform.vocabulary('candidate', data.candidate.idFeature);
  return {
    whose: 'items',
    ids,
    ...columnsOf(transform, 'candidate'),
    training: trainingRowsOf(data, 'candidate', ids.length),
    counts: {},
    vectors: itemVectors && { width: model.width, values: itemVectors },
  };
}

async function usersOf(
  { model, data, transform, folder, itemVectors, between }: TablesRequest,
  ids: readonly string[],
  { ends }: SeenItems,
): Promise<Entities> {
  const training = trainingRowsOf(data, 'query', ids.length);
  const vectors = itemVectors && {
    width: model.width,
    values: await userVectors(model, data, training, between),
  };
  if (vectors) await writeArrays(join(folder, USER_VECTORS_FILE), vectors.values);
  return {
    whose: 'users',
    ids,
    ...columnsOf(transform, 'query'),
    training,
    counts: { seen_count: Int32Array.from(ids, (_, user) => ends[user + 1]! - ends[user]!) },
    vectors,
  };
}

/** What a tower reads, its id apart. */
function columnsOf(
  { document }: Transform,
  tower: 'query' | 'candidate',
): Pick<Entities, 'columns' | 'idType'> {
  const { features, idFeature } = document[tower];
  const [id = ''] = features[idFeature]?.encoded.columns ?? [];
  const read = new Set(features.flatMap(({ encoded }) => encoded.columns));
  read.delete(id);
  const types: Readonly<Record<string, string>> = document.columnTypes ?? {};
  return { columns: [...read], idType: Object.hasOwn(types, id) ? types[id] : undefined };
}

const USERS_AT_ONCE = 8192;

/** [users, width] of each user's newest training row; 0 where there is none. */
async function userVectors(
  model: TwoTowerModel,
  { splits: { train } }: EncodedDataset,
  { newest }: TrainingRows,
  between: () => Promise<void>,
): Promise<Float32Array> {
  const { width } = model;
  const vectors = new Float32Array(newest.length * width);
  for (let from = 0; from < newest.length; from += USERS_AT_ONCE) {
    const part = newest.subarray(from, from + USERS_AT_ONCE);
    const known = Array.from(part.keys()).filter((i) => part[i]! >= 0);
    const entities = Int32Array.from(known, (i) => train.query[part[i]!]!);
    const embedded = model.embed('query', entities);
    known.forEach((i, at) =>
      vectors.set(embedded.subarray(at * width, (at + 1) * width), (from + i) * width),
    );
    await between();
  }
  return vectors;
}

const PAIRS_AT_ONCE = 2048;

/** One row for each pair, in the order of users, a user's newest first. */
async function writeSeen(
  database: Database,
  { users, ends, list }: SeenItems,
  file: string,
  between: () => Promise<void>,
): Promise<void> {
  await database.run('CREATE TEMP TABLE export_seen (place INTEGER, u INTEGER, i INTEGER)');
  const appender = await database.appender('export_seen', ['INTEGER', 'INTEGER', 'INTEGER']);
  let user = 0;
  for (let from = 0; from < list.length; from += PAIRS_AT_ONCE) {
    const part = Array.from(list.subarray(from, from + PAIRS_AT_ONCE));
    const owners = part.map((_, i) => {
      while (user < users && ends[user + 1]! <= from + i) user += 1;
      return user;
    });
    appender.append([part.map((_, i) => from + i), owners, part], part.length);
    await between();
  }
  appender.close();
  await copyTo(
    database,
    `SELECT users.id AS "user", items.id AS item FROM export_seen s
      JOIN ${entityTable('users')} users ON users.entity = s.u JOIN ${entityTable('items')} items ON items.entity = s.i ORDER BY s.place`,
    file,
  );
}
