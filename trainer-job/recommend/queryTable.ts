/** The queries of a batch, of which blocks are read one after the other. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValue, FeatureValues, RecommenderModel } from '@trainyard/recommender';
import { VALUES_FILES } from '@trainyard/recommender/format/files';
import { readValues } from '@trainyard/recommender/format/values';
import { readDirectory } from '@trainyard/recommender/node';
import { identifier, type Database } from '../data/database.js';
import { textSql } from '../data/ingest/columns.js';
import { jsonKeys } from '../data/source/jsonKeys.js';
import type { OpenedSource } from '../data/source/openedSource.js';
import { openRows, typesOf } from '../data/source/openRows.js';
import type { SourceFiles } from '../data/source/source.js';
import { reading } from '../data/source/sourceProblem.js';
import { TrainerError } from '../errors/trainerError.js';
import { noteUnknown } from './unknownUsers.js';
import { noteUnread } from './unreadValues.js';

const TABLE = 'queries';

export interface QueryTable {
  count: number;
  /** What reads the queries `first` … `first + count - 1`. */
  read(first: number, count: number): Promise<{ users: (string | null)[]; queries: FeatureValues[] }>;
}

/** All users that the model knows, with the values of their newest training rows where the folder has them. */
export async function usersTable(
  folder: string,
  { users, userColumn, columns: { query: columns } }: RecommenderModel,
  onNote: (note: string) => void,
): Promise<QueryTable> {
  const others = columns.filter((column) => column !== userColumn);
  const values = (await isThere(join(folder, VALUES_FILES.users.document)))
    ? await readValues(readDirectory(folder), 'users')
    : undefined;
  const missing = others.filter((column) => !values?.column(column));
  if (missing.length > 0) {
    onNote(
      `the folder of the model does not say the ${missing.join(', ')} of its users, which count as missing: train again with this version, or give queries of your own`,
    );
  }
  const queryOf = (place: number): FeatureValues => ({ ...values?.of(place), [userColumn]: users[place] });
  return {
    count: users.length,
    read: async (first, count) => ({
      users: users.slice(first, first + count),
      queries: users.slice(first, first + count).map((_, i) => queryOf(first + i)),
    }),
  };
}

interface QueryColumns extends Pick<RecommenderModel, 'userColumn' | 'columns'> {
  /** Whether the model knows the user whom a text names. */
  isKnown(this: void, user: string): boolean;
  /** What tells values that count as missing since they cannot be read, by column. */
  unreadBy: ReadonlyMap<string, (value: FeatureValue) => boolean>;
}

/** The rows of files: columns that the query tower does not read are left aside, and values that cannot be read count as missing, which is noted. */
export async function fileTable(
  database: Database,
  source: OpenedSource,
  { userColumn: id, columns: { query }, isKnown, unreadBy }: QueryColumns,
  onNote: (note: string) => void,
): Promise<QueryTable> {
  const columns = [id, ...query.filter((column) => column !== id)];
  const { rows, types } = await openQueries(database, source, columns);
  const files = await source.files();
  const aside = [...types.keys()].filter((name) => !columns.includes(name));
  if (aside.length > 0) {
    const keys = files.format === 'jsonl' ? await jsonKeys(database, files, [...types.keys()]) : undefined;
    const names = aside.map((name) => nameInFile(name, keys?.get(name)));
    onNote(`the query tower does not read ${names.join(', ')}: left aside`);
  }
  const given = columns.filter((column) => types.has(column));
  const missing = columns.filter((column) => !types.has(column));
  if (missing.length > 0 && given.length > 1) {
    onNote(`the queries have no ${missing.join(', ')}: missing values`);
  } else if (missing.length > 0) {
    onNote(
      `the queries have no ${missing.join(', ')}: users whom the model knows have the values of their newest training rows, as far as the folder says them, and others none`,
    );
  }
  const table = await readingQueries(files, () => tableOf(database, given, rows));
  if (table.count === 0) onNote('the queries have columns and no row: there is no list to make');
  await noteUnread(database, TABLE, given, unreadBy, onNote);
  await noteUnknown(database, TABLE, id, isKnown, onNote);
  return table;
}

/** Of keys of JSON lines that differ in letter case alone, all but one are columns by names that no line has. */
function nameInFile(column: string, key = column): string {
  return key === column
    ? column
    : `${JSON.stringify(key)} (another key differs from it in letter case alone: it is ${column} here)`;
}

/** SQL of the rows of files, and DuckDB's types of their columns. `columns` are those that the query tower reads, that of the users first. Fails with a `TrainerError` where that one is missing. */
export async function openQueries(
  database: Database,
  source: OpenedSource,
  columns: readonly string[],
): Promise<{ rows: string; types: ReadonlyMap<string, string> }> {
  const files = await source.files();
  const { rows, types } = await readingQueries(files, async () => {
    const { sql } = await openRows(database, files, 'asked', () => false);
    return { rows: sql, types: await typesOf(database, `SELECT * FROM ${sql}`) };
  });
  const [id = '', ...others] = columns;
  if (types.has(id)) return { rows, types };
  throw new TrainerError(
    'missing-column',
    `the queries have the columns ${[...types.keys()].map((name) => `"${name}"`).join(', ')}, and the model asks for "${id}", the user’s id`,
    `give a file with the column "${id}"; the query tower also reads ${others.map((name) => `"${name}"`).join(', ') || 'nothing else'}`,
  );
}

/** What cannot be read is named, and nobody sends to settings that queries have not: their form is the usual one. */
async function readingQueries<T>(files: SourceFiles, read: () => Promise<T>): Promise<T> {
  try {
    return await reading(files, read);
  } catch (error) {
    if (!(error instanceof TrainerError) || error.code !== 'unreadable-source') throw error;
    throw new TrainerError(
      error.code,
      `the queries: ${error.message}`,
      'write them as CSV (a header, commas, quotes around fields that hold one, UTF-8), as one JSON object a line, or as Parquet',
      { cause: error },
    );
  }
}

/** Values are kept as the texts that the transform reads of them, which encoders take for what they write. The first column is that of the users. */
async function tableOf(database: Database, columns: readonly string[], rows: string): Promise<QueryTable> {
  const selected = columns.map((column, i) => `${textSql(identifier(column))} AS c${i}`);
  await database.run(
    `CREATE TABLE ${TABLE} AS SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS n, ${selected.join(', ')} FROM ${rows}`,
  );
  const { count = 0 } = await database.counts(`SELECT count(*) AS count FROM ${TABLE}`);
  const names = columns.map((_, i) => `c${i}`).join(', ');
  return {
    count,
    async read(first, most) {
      const users: (string | null)[] = [];
      const queries: FeatureValues[] = [];
      const part = `SELECT ${names} FROM ${TABLE} WHERE n >= ${first} AND n < ${first + most} ORDER BY n`;
      await database.scan(part, (values, size) => {
        for (let row = 0; row < size; row++) {
          const texts = values.map((column) => column[row] as string | null);
          users.push(texts[0] ?? null);
          queries.push(Object.fromEntries(columns.map((column, c) => [column, texts[c] ?? null])));
        }
      });
      return { users, queries };
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
