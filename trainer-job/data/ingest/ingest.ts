import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { checkColumns, checkUnique, shapedColumns, trainedColumns } from './columnNames.js';
import { cleaned } from './columns.js';
import { conditionSql, describeCondition } from './conditions.js';
import { literal, withDuck, identifier, type Duck } from '../duck.js';
import { comparedColumns, readTable, reading, typesOf, type Table } from './table.js';
import type { SourceFiles } from '../source/source.js';

/** Raise it when the same source and specification would give other rows. */
export const INGEST_VERSION = 5;
export const ROWS_FILE = 'rows.parquet';

export const ingestOutcomeSchema = z.strictObject({
  rowsRead: z.int(),
  rowsKept: z.int(),
  /** Rows that do not meet each condition, in the order of the specification; a row may fail several. */
  dropped: z.array(z.strictObject({ condition: z.string(), rows: z.int() })),
  /** Values that a cast could not read and that count as null, by column. */
  castFailures: z.record(z.string(), z.int()),
  /** Every column of the table; `internal`, `c0`, `c1`, …, is its name in `rows.parquet`: whatever a source has, nothing clashes. */
  columns: z.array(z.strictObject({ name: z.string(), internal: z.string(), type: z.string() })),
  /** Names that the source gives to two columns. */
  repeated: z.array(z.string()),
});
export type IngestOutcome = z.infer<typeof ingestOutcomeSchema>;

/** All that shapes the rows: neither the features nor, but for times in JSON lines, the split. */
export function ingestKey(dataset: Dataset, source: Pick<SourceFiles, 'fingerprint' | 'format'>): unknown {
  return {
    version: INGEST_VERSION,
    source: source.fingerprint,
    format: source.format,
    csv: dataset.source.csv ?? null,
    cleaning: dataset.columns,
    where: dataset.where,
    select: dataset.select ?? null,
    times: source.format === 'jsonl' ? comparedColumns(dataset).toSorted() : [],
  };
}

/** Fails with a `DataError` when features or split name a column that the ingested table does not have. */
export function checkTrainedColumns(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  ingested: IngestOutcome,
): void {
  const names = trainedColumns(spec);
  checkUnique(names, ingested.repeated);
  checkColumns(
    names,
    ingested.columns.map(({ name }) => name),
  );
}

/**
 * Reads the source, cleans it and writes all its columns to `rows.parquet` in `folder`, with `row`, each row's position in
 * the source. Fails with a `DataError` for a source that cannot be read or lacks a column.
 */
export async function ingest(dataset: Dataset, source: SourceFiles, folder: string): Promise<IngestOutcome> {
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    const outcome = await withDuck(work, (duck) => ingestWith(duck, dataset, source, folder));
    await writeFile(join(folder, 'ingest.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    return outcome;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function ingestWith(
  duck: Duck,
  dataset: Dataset,
  source: SourceFiles,
  folder: string,
): Promise<IngestOutcome> {
  const raw = await readTable(duck, dataset, source);
  checkUnique(shapedColumns(dataset), source.repeated);
  checkColumns(shapedColumns(dataset), [...raw.types.keys()]);
  const table = await cleanedTable(duck, dataset, raw);
  const columns = (dataset.select ?? [...table.types.keys()]).map((name, i) => ({
    name,
    internal: `c${i}`,
    type: table.types.get(name) ?? 'VARCHAR',
  }));
  const conditions = dataset.where.map((condition) =>
    conditionSql(condition, identifier(condition.column), table.types.get(condition.column) ?? 'VARCHAR'),
  );
  return reading(source, async () => {
    const rowsKept = await writeRows(duck, table, columns, conditions, folder);
    const losses = await countLosses(duck, dataset, table, conditions, rowsKept);
    return { rowsKept, ...losses, columns, repeated: source.repeated };
  });
}

interface CleanedTable extends Table {
  /** By the column that is cast, the one that is true where its value could not be. They stand beside the table's own. */
  failures: ReadonlyMap<string, string>;
}

async function cleanedTable(duck: Duck, dataset: Dataset, { sql, types }: Table): Promise<CleanedTable> {
  const names = [...types.keys()];
  let prefix = 'failed';
  while (names.some((name) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  const casts = names.filter((name) => dataset.columns[name]?.cast !== undefined);
  const failures = new Map(casts.map((name, i) => [name, `${prefix}${i}`]));
  const columns = names.map((name) => `${cleaned(dataset, name)} AS ${identifier(name)}`).join(', ');
  const failed = [...failures].map(
    ([name, failure]) =>
      `, (${identifier(name)} IS NOT NULL AND ${cleaned(dataset, name)} IS NULL) AS ${failure}`,
  );
  return {
    sql: `(SELECT ${columns} ${failed.join('')} FROM ${sql})`,
    types: await typesOf(duck, `SELECT ${columns} FROM ${sql}`),
    failures,
  };
}

/** Streams the rows to keep into `rows.parquet`, in the order of the source; returns how many they are. */
async function writeRows(
  duck: Duck,
  table: Table,
  columns: IngestOutcome['columns'],
  conditions: readonly string[],
  folder: string,
): Promise<number> {
  const kept = conditions.map((sql, i) => `(${sql}) AS keep${i}`);
  const numbered = [
    'row_number() OVER () - 1 AS row',
    ...columns.map(({ name, internal }) => `${identifier(name)} AS ${internal}`),
    ...kept,
  ];
  const names = ['row', ...columns.map(({ internal }) => internal)].join(', ');
  const filter = conditions.map((_, i) => `keep${i}`).join(' AND ') || 'true';
  const { Count: rows = 0 } = await duck.counts(
    `COPY (SELECT ${names} FROM (SELECT ${numbered.join(', ')} FROM ${table.sql}) WHERE ${filter})
      TO ${literal(join(folder, ROWS_FILE))} (FORMAT parquet)`,
  );
  return rows;
}

/** Reads once more the columns that are cast or compared. */
async function countLosses(
  duck: Duck,
  { where }: Dataset,
  { sql, failures }: CleanedTable,
  conditions: readonly string[],
  rowsKept: number,
): Promise<Pick<IngestOutcome, 'rowsRead' | 'dropped' | 'castFailures'>> {
  if (conditions.length === 0 && failures.size === 0) {
    return { rowsRead: rowsKept, dropped: [], castFailures: {} };
  }
  const counts = await duck.counts(
    `SELECT count(*) AS read
      ${conditions.map((condition, i) => `, count(*) FILTER (NOT (${condition})) AS dropped${i}`).join('')}
      ${[...failures.values()].map((failure) => `, count(*) FILTER (${failure}) AS ${failure}`).join('')} FROM ${sql}`,
  );
  return {
    rowsRead: counts['read'] ?? 0,
    dropped: where.map((condition, i) => ({
      condition: describeCondition(condition),
      rows: counts[`dropped${i}`] ?? 0,
    })),
    castFailures: Object.fromEntries([...failures].map(([name, failure]) => [name, counts[failure] ?? 0])),
  };
}
