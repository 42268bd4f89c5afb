/** The queries of a batch as a table, of which blocks are read one after the other. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValues } from '@trainyard/recommender';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { identifier, literal, type Database } from '../data/database.js';
import { textSql } from '../data/ingest/columns.js';
import type { OpenedSource } from '../data/source/openedSource.js';
import { openRows, typesOf } from '../data/source/openRows.js';
import { asPattern } from '../data/source/reader.js';
import { TrainerError } from '../errors/trainerError.js';

const USERS_FILE = 'users.parquet';
const TABLE = 'queries';
/** The most rows that DuckDB's appender takes at once. */
const CHUNK = 2048;

export interface QueryTable {
  count: number;
  /** What reads the queries `first` … `first + count - 1`. */
  read(first: number, count: number): Promise<{ users: (string | null)[]; queries: FeatureValues[] }>;
}

interface Asked {
  folder: string;
  /** The columns that the query tower reads, the id's first. */
  columns: readonly string[];
  onNote(this: void, note: string): void;
}

/** The columns that the query tower reads, that of the user's id first. */
export async function queryColumns(folder: string): Promise<string[]> {
  const { query } = (await openTransform(readDirectory(folder), 'transform/')).document;
  const all = query.features.flatMap(({ encoded }) => encoded.columns);
  const [id = ''] = query.features[query.idFeature]?.encoded.columns ?? [];
  return [...new Set([id, ...all])];
}

/** All users that the model knows, with the values of their newest training rows where the folder has them. */
export async function usersTable(database: Database, asked: Asked): Promise<QueryTable> {
  const { folder, columns, onNote } = asked;
  const file = join(folder, USERS_FILE);
  if (!(await isThere(file))) return vocabularyTable(database, asked);
  const rows = `read_parquet(${literal(asPattern(file))})`;
  const types = await typesOf(database, `SELECT * FROM ${rows}`);
  const [id = '', ...others] = columns;
  const missing = others.filter((column) => !types.has(column));
  if (missing.length > 0)
    onNote(`${missing.join(', ')} of users count as missing: ${USERS_FILE} has no such column`);
  const idSql = types.has('id') ? identifier('id') : identifier(id);
  const sqls = columns.map((column, i) =>
    i === 0 ? idSql : types.has(column) ? identifier(column) : 'NULL',
  );
  return tableOf(database, columns, sqls, rows);
}

/** Folders of before have no table of users: their ids stand in the vocabulary, and nothing else is known of them. */
async function vocabularyTable(database: Database, { folder, columns, onNote }: Asked): Promise<QueryTable> {
  const { document, vocabulary } = await openTransform(readDirectory(folder), 'transform/');
  const { idFeature } = document.query;
  const users = vocabulary('query', idFeature);
  if (columns.length > 1)
    onNote(
      `the model has no ${USERS_FILE}, so that ${columns.slice(1).join(', ')} of users count as missing; models that are trained now have one`,
    );
  await database.run('CREATE TABLE users (id VARCHAR)');
  const appender = await database.appender('users', ['VARCHAR']);
  for (let from = 0; from < users.length; from += CHUNK) {
    const part = users.slice(from, from + CHUNK);
    appender.append([part], part.length);
  }
  appender.close();
  const sqls = columns.map((_, i) => (i === 0 ? 'id' : 'NULL'));
  return tableOf(database, columns, sqls, 'users');
}

/** The rows of files: columns that the query tower does not read are left aside, which is noted. */
export async function fileTable(
  database: Database,
  source: OpenedSource,
  { columns, onNote }: Pick<Asked, 'columns' | 'onNote'>,
): Promise<QueryTable> {
  const rows = await openRows(database, await source.files(), 'asked', () => false);
  const types = await typesOf(database, `SELECT * FROM ${rows.sql}`);
  const [id = ''] = columns;
  if (!types.has(id)) {
    throw new TrainerError(
      'missing-column',
      `the queries have the columns ${[...types.keys()].map((name) => `"${name}"`).join(', ')}, and the model asks for "${id}", the user’s id`,
      `give a file with the column "${id}"; the query tower also reads ${
        columns
          .slice(1)
          .map((name) => `"${name}"`)
          .join(', ') || 'nothing else'
      }`,
    );
  }
  const aside = [...types.keys()].filter((name) => !columns.includes(name));
  if (aside.length > 0) onNote(`the query tower does not read ${aside.join(', ')}: left aside`);
  const missing = columns.filter((column) => !types.has(column));
  if (missing.length > 0) onNote(`the queries have no ${missing.join(', ')}: missing values`);
  const sqls = columns.map((column) => (types.has(column) ? identifier(column) : 'NULL'));
  return tableOf(database, columns, sqls, rows.sql);
}

/** Values are kept as the texts that the transform reads of them, which encoders take for what they write. */
async function tableOf(
  database: Database,
  columns: readonly string[],
  sqls: readonly string[],
  rows: string,
): Promise<QueryTable> {
  const selected = sqls.map((sql, i) => `${sql === 'NULL' ? 'NULL::VARCHAR' : textSql(sql)} AS c${i}`);
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
