/** The tables of a data set as the one table that its specification describes, still as SQL. */
import { splitTimeColumn, type Dataset, type Join } from '@trainyard/shared';
import { checkColumns, checkNew } from './columnNames.js';
import { cleaned } from './columns.js';
import { conditionSql, describeCondition } from './conditions.js';
import { derivedSql, operandsOf } from './derive.js';
import { joinKeySql, checkKeys, type JoinKeys } from './join.js';
import { sampledSql } from './sample.js';
import { readTable, typesOf, type Table } from './table.js';
import { identifier, type Database } from '../database.js';
import type { TableFiles } from '../source/openTables.js';

/** A table with columns beside its own, which no name of the specification reaches. */
export interface ShapedTable extends Table {
  /** The row's position in the source. */
  row: string;
  /** True for the rows to keep. */
  conditions: { describes: string; sql: string }[];
  /** By the column that is cast, the SQL that is true where its value could not be. */
  castFailures: Map<string, string>;
  /** By the table, the SQL that is true where a row has no match there. */
  unmatched: { table: string; sql: string; keys: JoinKeys }[];
  /** Whether the rows may come in another order than that of `row`. */
  isShuffled: boolean;
}

export async function shape(database: Database, dataset: Dataset, files: TableFiles): Promise<ShapedTable> {
  const times = new Set(timeColumns(dataset));
  const raw = await readTable(database, files.source, 'trainyard_source', (name) => times.has(name));
  let table = cleanedTable(dataset, await renamed(database, dataset, raw));
  for (const [i, join] of dataset.joins.entries())
    table = await joined(database, dataset, files, table, join, i);
  table = { ...table, types: await typesOf(database, `SELECT ${namesOf(table)} FROM ${table.sql}`) };
  for (const derived of dataset.derive) {
    checkColumns(operandsOf(derived), [...table.types.keys()]);
    checkNew([derived.name], [...table.types.keys()], 'dataset.derive');
    const { sql, type } = derivedSql(derived, table.types);
    table = {
      ...table,
      sql: `(SELECT *, ${sql} AS ${identifier(derived.name)} FROM ${table.sql})`,
      types: new Map([...table.types, [derived.name, type]]),
    };
  }
  checkColumns(
    [...dataset.where.map(({ column }) => column), ...Object.keys(dataset.columns)],
    [...table.types.keys()],
  );
  const conditions = dataset.where.map((condition) => ({
    describes: describeCondition(condition),
    sql: conditionSql(
      condition,
      identifier(condition.column),
      table.types.get(condition.column) ?? 'VARCHAR',
    ),
  }));
  return { ...table, conditions: [...table.conditions, ...conditions] };
}

/**
 * The columns of the source, by its own names, that are compared as times. Whether a text of JSON lines is a time or a text
 * cannot be told from the file alone, so what is ingested of JSON lines depends on them.
 */
export function timeColumns({ split, where, derive, columns, rename }: Dataset): string[] {
  const compared = [
    ...[splitTimeColumn(split) ?? []].flat(),
    ...where.map(({ column }) => column),
    ...derive.flatMap((derived) => (derived.is === 'if' ? [derived.when.column] : [])),
  ];
  return compared.filter((name) => columns[name]?.cast !== 'string').map((name) => rename[name] ?? name);
}

async function renamed(database: Database, { rename }: Dataset, raw: Table): Promise<Table> {
  const { sql, types, nested } = raw;
  const renames = Object.entries(rename);
  if (renames.length === 0) return raw;
  checkColumns(Object.values(rename), [...types.keys()]);
  const news = new Map(renames.map(([name, old]) => [old, name]));
  checkNew(
    renames.map(([name]) => name),
    [...types.keys()].filter((name) => !news.has(name)),
    'dataset.rename',
  );
  const columns = [...types.keys()].map((old) => `${identifier(old)} AS ${identifier(news.get(old) ?? old)}`);
  const table = `(SELECT ${columns.join(', ')} FROM ${sql})`;
  return {
    sql: table,
    types: await typesOf(database, `SELECT * FROM ${table}`),
    nested: new Map([...nested].map(([name, type]) => [news.get(name) ?? name, type])),
  };
}

/** Each row has its position now, whatever becomes of the order. */
function cleanedTable(dataset: Dataset, { sql, types, nested }: Table): ShapedTable {
  const names = [...types.keys()];
  const hidden = hiddenPrefix([
    ...names,
    ...dataset.joins.flatMap(({ columns }) => Object.keys(columns)),
    ...dataset.derive.map(({ name }) => name),
  ]);
  const casts = names.filter((name) => dataset.columns[name]?.cast !== undefined);
  const castFailures = new Map(casts.map((name, i) => [name, `${hidden}_failed${i}`]));
  const sample = dataset.sample && `${hidden}_sampled`;
  const columns = [
    `row_number() OVER () - 1 AS ${hidden}_row`,
    ...(dataset.sample ? [`${sampledSql(dataset.sample, names)} AS ${sample}`] : []),
    ...names.map((name) => `${cleaned(dataset, name)} AS ${identifier(name)}`),
    ...[...castFailures].map(
      ([name, failed]) => `${failedSql(dataset, name, identifier(name))} AS ${failed}`,
    ),
  ];
  return {
    sql: `(SELECT ${columns.join(', ')} FROM ${sql})`,
    types,
    nested,
    row: `${hidden}_row`,
    conditions: sample ? [{ describes: `in the sample of ${dataset.sample?.share}`, sql: sample }] : [],
    castFailures,
    unmatched: [],
    isShuffled: false,
  };
}

function failedSql(dataset: Dataset, name: string, sql: string): string {
  return `(${sql} IS NOT NULL AND ${cleaned(dataset, name, sql)} IS NULL)`;
}

/** Every row of the events once: a key is in the other table once, or the join is refused. */
async function joined(
  database: Database,
  dataset: Dataset,
  { tables }: TableFiles,
  table: ShapedTable,
  join: Join,
  number: number,
): Promise<ShapedTable> {
  const files = tables[join.table];
  if (!files) throw new Error(`table ${join.table} was not opened`);
  const other = await readTable(database, files, `trainyard_${join.table}_${number}`, () => false);
  const [mine, theirs] = [Object.keys(join.on), Object.values(join.on)];
  checkColumns(mine, [...table.types.keys()]);
  checkColumns([...theirs, ...Object.values(join.columns)], [...other.types.keys()], `table "${join.table}"`);
  checkNew(Object.keys(join.columns), [...table.types.keys()], `dataset.joins of table "${join.table}"`);
  const present = await typesOf(database, `SELECT ${namesOf(table)} FROM ${table.sql}`);
  await checkKeys(database, join, other);

  const hit = `${table.row}_hit${number}`;
  const brought = Object.entries(join.columns).map(([name, old]) => ({ name, sql: `b.${identifier(old)}` }));
  const casts = brought.filter(({ name }) => dataset.columns[name]?.cast !== undefined);
  const failures = casts.map(({ name, sql }, i) => ({ name, sql, failed: `${hit}_failed${i}` }));
  const columns = [
    'a.*',
    `(b.${hit} IS NOT NULL) AS ${hit}`,
    ...brought.map(({ name, sql }) => `${cleaned(dataset, name, sql)} AS ${identifier(name)}`),
    ...failures.map(({ name, sql, failed }) => `${failedSql(dataset, name, sql)} AS ${failed}`),
  ];
  const pairs = mine.map((name, i) => {
    const theirName = theirs[i] ?? '';
    return {
      mine: name,
      mineType: present.get(name) ?? 'VARCHAR',
      theirs: theirName,
      theirType: other.types.get(theirName) ?? 'VARCHAR',
    };
  });
  const on = pairs.map((pair) =>
    joinKeySql(`a.${identifier(pair.mine)}`, `b.${identifier(pair.theirs)}`, pair, join.compare),
  );
  const keys = { table: join.table, number, compare: join.compare, pairs, theirs: other.sql };
  return {
    ...table,
    sql: `(SELECT ${columns.join(', ')} FROM ${table.sql} AS a
      LEFT JOIN (SELECT *, true AS ${hit} FROM ${other.sql}) AS b ON ${on.join(' AND ')})`,
    types: new Map([...present, ...brought.map(({ name }) => [name, 'VARCHAR'] as const)]),
    nested: new Map([...table.nested, ...nestedOf(join, other)]),
    castFailures: new Map([
      ...table.castFailures,
      ...failures.map(({ name, failed }) => [name, failed] as const),
    ]),
    unmatched: [...table.unmatched, { table: join.table, sql: `NOT ${hit}`, keys }],
    conditions:
      join.kind === 'inner'
        ? [...table.conditions, { describes: `has a match in table ${join.table}`, sql: hit }]
        : table.conditions,
    isShuffled: true,
  };
}

/** The columns that a join brings and that are lists and the like in their file, under their new names. */
function nestedOf({ columns }: Join, { nested }: Table): [string, string][] {
  return Object.entries(columns).flatMap(([name, old]): [string, string][] => {
    const type = nested.get(old);
    return type === undefined ? [] : [[name, type]];
  });
}

function namesOf({ types }: Pick<Table, 'types'>): string {
  return [...types.keys()].map(identifier).join(', ');
}

/** No column has a name that begins so. */
function hiddenPrefix(names: readonly string[]): string {
  let prefix = 'trainyard';
  while (names.some((name) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  return prefix;
}
