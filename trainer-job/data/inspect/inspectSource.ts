/** Looks at a source that no specification describes yet: its columns, how their values can be read, and which decides which. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { Profile } from '@trainyard/shared/profile/profile';
import { multiSchema } from '@trainyard/shared/spec/shape/multi';
import { sourceSchema, type ColumnCleaning } from '@trainyard/shared';
import { identifier, withDatabase, type Database } from '../database.js';
import { isTimeType, timeSql } from '../casts/timeSql.js';
import { blanksTrimmed } from '../ingest/columns.js';
import { readTable, type Table } from '../ingest/table.js';
import { findSource } from '../source/source.js';
import { plainTables } from '../source/plainTables.js';
import { reading } from '../source/sourceProblem.js';
import { basicType, type RowsColumn } from '../validate/profile/columnSql.js';
import { multiOf } from '../validate/listColumns.js';
import { measureProfile } from '../validate/profile/measureProfile.js';
import { readingsOf } from './readings.js';
import { valuesPerValue } from './valuesPerValue.js';

/** Rows beyond these are not read: of columns and their roles they would tell no more. */
const MOST_ROWS = 2_000_000;

/** `uri` names files of this machine, as `dataset.source.uri` would. Fails with a `TrainerError` for what cannot be read. */
export async function inspectSource(
  uri: string,
  baseDirectory: string,
  { mostRows = MOST_ROWS } = {},
): Promise<Inspection> {
  const work = await mkdtemp(join(tmpdir(), 'trainyard-inspect-'));
  try {
    const found = await findSource({ source: sourceSchema.parse({ uri }) }, baseDirectory);
    const files = (await plainTables({ source: found, tables: {} }, work)).tables.source;
    const inspected = await withDatabase(work, (database) =>
      reading(files, async () => {
        const table = await readTable(database, files, 'trainyard_source', () => true);
        return inspectTable(database, table, mostRows);
      }),
    );
    return { schemaVersion: 1, format: found.format, bytes: found.bytes, ...inspected };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function inspectTable(
  database: Database,
  { sql, types, unusable, nested }: Table,
  mostRows: number,
): Promise<Omit<Inspection, 'schemaVersion' | 'format' | 'bytes'>> {
  const usable = [...types].filter(([name]) => !unusable.has(name));
  const columns = usable.map(([name, type], i): RowsColumn => ({ name, internal: `c${i}`, type }));
  const named = columns.map(({ name, internal }) => `${identifier(name)} AS ${internal}`);
  await database.run(
    `CREATE TEMP TABLE read AS SELECT ${named.join(', ')} FROM ${sql} LIMIT ${mostRows + 1}`,
  );
  await database.run(`CREATE TEMP VIEW rows AS SELECT * FROM read LIMIT ${mostRows}`);
  const { rows: read = 0 } = await database.counts('SELECT count(*) AS rows FROM read');
  const profile = await measureProfile(database, columns);
  const readings: Inspection['readings'] = {};
  const times: Inspection['times'] = {};
  const untrimmed: string[] = [];
  for (const column of columns) {
    const found = await readingsOf(database, column);
    if (found.length > 0) readings[column.name] = found;
    const span = await spanOf(database, column, found);
    if (span) times[column.name] = span;
    if (await hasBlanksAtEnds(database, column)) untrimmed.push(column.name);
  }
  return {
    isWhole: read <= mostRows,
    profile,
    readings,
    times,
    untrimmed,
    lists: await listsIn(database, columns, profile, nested),
    valuesPerValue: await valuesPerValue(database, columns, profile),
    unusable: Object.fromEntries([...unusable].map(([name, { message }]) => [name, message])),
  };
}

async function listsIn(
  database: Database,
  columns: readonly RowsColumn[],
  profile: Profile,
  nested: ReadonlyMap<string, string>,
): Promise<Inspection['lists']> {
  const lists: Inspection['lists'] = {};
  for (const column of columns) {
    const found = profile.columns.find(({ name }) => name === column.name);
    const multi = found && multiOf(found, nested.get(column.name));
    if (multi) lists[column.name] = multi;
    else if (await isParted(database, column)) lists[column.name] = multiSchema.parse({ delimiter: '|' });
  }
  return lists;
}

/** Whether half of the distinct texts, or more, have | between values: the most frequent ones are often of one value. */
async function isParted(database: Database, { internal, type }: RowsColumn): Promise<boolean> {
  if (basicType(type) !== 'text') return false;
  const { parted = 0, texts = 0 } = await database.counts(
    `SELECT count(*) AS texts, count(*) FILTER (regexp_matches(value, '[^|]\\|[^|]')) AS parted FROM (SELECT DISTINCT ${internal} AS value FROM rows WHERE ${internal} IS NOT NULL)`,
  );
  return parted > 0 && 2 * parted >= texts;
}

/** The oldest and the newest time of a column; undefined where it has none. */
async function spanOf(
  database: Database,
  { internal, type }: RowsColumn,
  readings: readonly ColumnCleaning[],
): Promise<Inspection['times'][string] | undefined> {
  const cleaning = readings.find(({ cast }) => cast === 'timestamp');
  if (!cleaning && !isTimeType(type)) return undefined;
  const time = timeSql(internal, type, cleaning ?? {});
  const [row = {}] = await database.rows(
    `SELECT CAST(epoch(min(t)) AS DOUBLE) AS "from", CAST(epoch(max(t)) AS DOUBLE) AS "to" FROM (SELECT ${time} AS t FROM rows) WHERE isfinite(t)`,
  );
  const { from, to } = row;
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : undefined;
}

async function hasBlanksAtEnds(database: Database, { internal, type }: RowsColumn): Promise<boolean> {
  if (basicType(type) !== 'text') return false;
  const { found = 0 } = await database.counts(
    `SELECT count(*) AS found FROM (SELECT 1 FROM rows WHERE ${blanksTrimmed(internal)} <> ${internal} LIMIT 1)`,
  );
  return found > 0;
}
