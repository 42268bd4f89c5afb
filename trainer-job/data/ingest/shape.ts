/** The tables of a data set as the one table that its specification describes, still as SQL. */
import { ownValue } from '@trainyard/shared/common';
import {
  splitTimeColumn,
  type ColumnCleaning,
  type Dataset,
  type DerivedColumn,
  type Join,
} from '@trainyard/shared';
import { operandsOf } from '@trainyard/shared/spec/rules/operands';
import { castVerdictSql, cleanedSql } from '../casts/castSql.js';
import type { Reading } from '../casts/reading.js';
import { isNumberType, isTimeType } from '../casts/timeSql.js';
import { checkColumns, checkNew, checkUsable, shapedColumns } from './columnNames.js';
import { conditionSql, describeCondition, textOrderSql } from './conditions.js';
import { derivedSql, operandsRead } from './derive.js';
import { joinKeySql, checkKeys, type JoinKeys } from './join.js';
import { sampledByValueSql, sampledSql } from './sample.js';
import { readTable, type Table } from './table.js';
import { identifier, type Database } from '../database.js';
import { typesOf } from '../source/openRows.js';
import type { TableFiles } from '../source/openTables.js';

/** What rows are kept by. */
interface KeptBy {
  describes: string;
  sql: string;
  /** Where texts are compared in order: true for rows of which their numbers say other. */
  otherwise?: { column: string; sql: string };
}

/** A table with columns beside its own, which no name of the specification reaches. */
export interface ShapedTable extends Table {
  /** The row's position in the source. */
  row: string;
  /** True for the rows that are drawn one by one; null without a sample. */
  sampled: string | null;
  /** True for the rows to keep. */
  conditions: KeptBy[];
  /** The columns that are read as another type than they were. */
  readings: Reading[];
  /** By the table, the SQL that is true where a row has no match there. */
  unmatched: { table: string; sql: string; keys: JoinKeys }[];
  /** Whether the rows may come in another order than that of `row`. */
  isShuffled: boolean;
}

/** SQL that is true for the rows that meet all conditions. */
export function keptSql(conditions: ShapedTable['conditions']): string {
  return conditions.map(({ sql }) => `(${sql})`).join(' AND ') || 'true';
}

export async function shape(database: Database, dataset: Dataset, files: TableFiles): Promise<ShapedTable> {
  const times = new Set(timeColumns(dataset));
  const raw = await readTable(database, files.source, 'trainyard_source', (name) => times.has(name));
  checkUsable(shapedColumns(dataset), raw.unusable);
  let table = cleanedTable(dataset, await renamed(database, dataset, raw));
  for (const [i, join] of dataset.joins.entries())
    table = await joined(database, dataset, files, table, join, i);
  table = { ...table, types: await typesOf(database, `SELECT ${namesOf(table)} FROM ${table.sql}`) };
  for (const [i, derived] of dataset.derive.entries()) table = withDerived(dataset, table, derived, i);
  checkColumns(
    [...dataset.where.map(({ column }) => column), ...Object.keys(dataset.columns)],
    [...table.types.keys()],
  );
  const conditions = dataset.where.map((condition): KeptBy => {
    const { column } = condition;
    const [value, type] = [identifier(column), table.types.get(column) ?? 'VARCHAR'];
    const otherwise = textOrderSql(condition, value, type);
    return {
      describes: describeCondition(condition),
      sql: conditionSql(condition, value, type),
      ...(otherwise !== undefined && { otherwise: { column, sql: otherwise } }),
    };
  });
  return { ...table, conditions: [...sampleCondition(dataset, table), ...table.conditions, ...conditions] };
}

/** By whole rows, as they are in the source, or by the values of a column, as they are once it is cleaned, joined or derived. */
function sampleCondition({ sample }: Dataset, { sampled, types }: ShapedTable): KeptBy[] {
  if (!sample || sampled === null) return [];
  const { share, by } = sample;
  if (by === undefined) return [{ describes: `in the sample of ${share}`, sql: sampled }];
  checkColumns([by], [...types.keys()]);
  return [{ describes: `in the sample of ${share} by ${by}`, sql: sampledByValueSql(sample, by, sampled) }];
}

function withDerived(
  dataset: Dataset,
  table: ShapedTable,
  derived: DerivedColumn,
  number: number,
): ShapedTable {
  const { types } = table;
  checkColumns(operandsOf(derived), [...types.keys()]);
  checkNew([derived.name], [...types.keys()], 'dataset.derive');
  const { sql, type } = derivedSql(derived, types, dataset.columns);
  const readings = derivedReadings(dataset, table, derived, `${table.row}_derived${number}`);
  const columns = ['*', `${sql} AS ${identifier(derived.name)}`, ...readings.map(verdictColumn)];
  return {
    ...table,
    sql: `(SELECT ${columns.join(', ')} FROM ${table.sql})`,
    types: new Map([...types, [derived.name, type]]),
    readings: [...table.readings, ...readings],
  };
}

/** What a derived column reads as times or numbers and is neither yet. */
function derivedReadings(
  { columns }: Dataset,
  { sql, types }: ShapedTable,
  derived: DerivedColumn,
  hidden: string,
): Reading[] {
  const read = operandsRead(derived);
  if (!read) return [];
  const isReadAlready = (type: string) =>
    read.cast === 'timestamp' ? isTimeType(type) : isNumberType(type) || type === 'BOOLEAN';
  return [...new Set(read.columns)].flatMap((source, i) => {
    const type = types.get(source) ?? 'VARCHAR';
    if (isReadAlready(type)) return [];
    const cleaning = { cast: read.cast, trim: false, round: true, unit: columns[source]?.unit };
    const raw = { from: sql, value: identifier(source), type };
    return [{ name: derived.name, source, cleaning, verdict: `${hidden}_${i}`, raw }];
  });
}

/** SQL of the verdict on a value that lies beside it. */
function verdictColumn({ raw, cleaning, verdict }: Reading): string {
  return `${castVerdictSql(raw.value, raw.type, cleaning)} AS ${verdict}`;
}

/** Whether the cleaning of a column casts it. */
function castsOf(cleaning: ColumnCleaning | undefined): Reading['cleaning'] | undefined {
  return cleaning?.cast === undefined ? undefined : { ...cleaning, cast: cleaning.cast };
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
  return compared
    .filter((name) => ownValue(columns, name)?.cast !== 'string')
    .map((name) => ownValue(rename, name) ?? name);
}

async function renamed(database: Database, { rename }: Dataset, raw: Table): Promise<Table> {
  const { sql, types, nested, unusable, warnings } = raw;
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
    unusable: new Map([...unusable].map(([name, why]) => [news.get(name) ?? name, why])),
    warnings,
  };
}

/** Each row has its position now, whatever becomes of the order. */
function cleanedTable(dataset: Dataset, table: Table): ShapedTable {
  const { sql, types } = table;
  const names = [...types.keys()];
  const hidden = hiddenPrefix([
    ...names,
    ...dataset.joins.flatMap(({ columns }) => Object.keys(columns)),
    ...dataset.derive.map(({ name }) => name),
  ]);
  const typeOf = (name: string) => types.get(name) ?? 'VARCHAR';
  const readings = names.flatMap((name, i): Reading[] => {
    const cleaning = castsOf(ownValue(dataset.columns, name));
    const raw = { from: sql, value: identifier(name), type: typeOf(name) };
    return cleaning ? [{ name, source: name, cleaning, verdict: `${hidden}_cast${i}`, raw }] : [];
  });
  const sample = dataset.sample && `${hidden}_sampled`;
  const columns = [
    `row_number() OVER () - 1 AS ${hidden}_row`,
    ...(dataset.sample ? [`${sampledSql(dataset.sample, names)} AS ${sample}`] : []),
    ...names.map(
      (name) =>
        `${cleanedSql(identifier(name), typeOf(name), ownValue(dataset.columns, name))} AS ${identifier(name)}`,
    ),
    ...readings.map(verdictColumn),
  ];
  return {
    ...table,
    sql: `(SELECT ${columns.join(', ')} FROM ${sql})`,
    row: `${hidden}_row`,
    sampled: sample ?? null,
    conditions: [],
    readings,
    unmatched: [],
    isShuffled: false,
  };
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
  checkUsable([...theirs, ...Object.values(join.columns)], other.unusable);
  checkColumns([...theirs, ...Object.values(join.columns)], [...other.types.keys()], `table "${join.table}"`);
  checkNew(Object.keys(join.columns), [...table.types.keys()], `dataset.joins of table "${join.table}"`);
  const present = await typesOf(database, `SELECT ${namesOf(table)} FROM ${table.sql}`);
  const pairs = Object.entries(join.on).map(([name, theirName]) => ({
    mine: name,
    mineType: present.get(name) ?? 'VARCHAR',
    mineUnit: ownValue(dataset.columns, name)?.unit,
    theirs: theirName,
    theirType: other.types.get(theirName) ?? 'VARCHAR',
  }));
  await checkKeys(database, join, other, pairs);

  const hit = `${table.row}_hit${number}`;
  const brought = Object.entries(join.columns).map(([name, old]) => ({
    name,
    cleaning: ownValue(dataset.columns, name),
    raw: { from: other.sql, value: identifier(old), type: other.types.get(old) ?? 'VARCHAR' },
  }));
  const readings = brought.flatMap(({ name, cleaning, raw }, i): Reading[] => {
    const cast = castsOf(cleaning);
    return cast ? [{ name, source: name, cleaning: cast, verdict: `${hit}_cast${i}`, raw }] : [];
  });
  const columns = [
    'a.*',
    `(b.${hit} IS NOT NULL) AS ${hit}`,
    ...brought.map(
      ({ name, cleaning, raw }) =>
        `${cleanedSql(`b.${raw.value}`, raw.type, cleaning)} AS ${identifier(name)}`,
    ),
    ...readings.map((reading) =>
      verdictColumn({ ...reading, raw: { ...reading.raw, value: `b.${reading.raw.value}` } }),
    ),
  ];
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
    warnings: [...table.warnings, ...other.warnings],
    readings: [...table.readings, ...readings],
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
