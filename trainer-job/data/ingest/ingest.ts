import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, SourceFormat, TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import {
  checkColumns,
  checkUnique,
  cleaned,
  namedColumns,
  neededColumns,
  withoutNan,
  type NeededColumn,
} from './columns.js';
import { conditionSql, describeCondition } from './conditions.js';
import { DataError } from '../dataError.js';
import { literal, withDuck, identifier, type Duck } from '../duck.js';
import { readerOf, type SourceFiles } from '../source/source.js';

/** Raise it when the same source and specification would give other rows. */
export const INGEST_VERSION = 3;
export const ROWS_FILE = 'rows.parquet';

export const ingestOutcomeSchema = z.strictObject({
  rowsRead: z.int(),
  rowsKept: z.int(),
  /** Rows that do not meet each condition, in the order of the specification; a row may fail several. */
  dropped: z.array(z.strictObject({ condition: z.string(), rows: z.int() })),
  /** Values that a cast could not read and that count as null, by column. */
  castFailures: z.record(z.string(), z.int()),
  columns: z.array(z.strictObject({ name: z.string(), internal: z.string(), type: z.string() })),
});
export type IngestOutcome = z.infer<typeof ingestOutcomeSchema>;

/**
 * Reads the source, cleans it and writes the columns that the run needs to `rows.parquet` in `folder`, with `row`, each row's
 * position in the source. Fails with a `DataError` for a source that cannot be read or lacks a column.
 */
export async function ingest(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  source: SourceFiles,
  folder: string,
): Promise<IngestOutcome> {
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    const outcome = await withDuck(work, (duck) => ingestWith(duck, spec, source, folder));
    await writeFile(join(folder, 'ingest.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    return outcome;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function ingestWith(
  duck: Duck,
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  source: SourceFiles,
  folder: string,
): Promise<IngestOutcome> {
  const reader = await tableOf(duck, { dataset, features }, source);
  const columns = neededColumns(dataset, features);
  const conditions = await conditionsOn(duck, dataset, source, reader);
  const casts = Object.keys(dataset.columns).filter((name) => dataset.columns[name]?.cast !== undefined);
  const selected = [
    'row_number() OVER () - 1 AS row',
    ...columns.map(({ name, internal }) => `${cleaned(dataset, name)} AS ${internal}`),
    ...conditions.map((sql, i) => `(${sql}) AS keep${i}`),
    ...casts.map(
      (name, i) => `(${identifier(name)} IS NOT NULL AND ${cleaned(dataset, name)} IS NULL) AS failed${i}`,
    ),
  ];
  await reading(source, () =>
    duck.run(`CREATE TABLE source AS SELECT ${selected.join(', ')} FROM ${reader}`),
  );

  const kept = conditions.length === 0 ? 'true' : conditions.map((_, i) => `keep${i}`).join(' AND ');
  const counts = await duck.counts(
    `SELECT count(*) AS read, count(*) FILTER (${kept}) AS kept
      ${conditions.map((_, i) => `, count(*) FILTER (NOT keep${i}) AS dropped${i}`).join('')}
      ${casts.map((_, i) => `, count(*) FILTER (failed${i}) AS failed${i}`).join('')} FROM source`,
  );
  const names = ['row', ...columns.map(({ internal }) => internal)].join(', ');
  await duck.run(
    `COPY (SELECT ${names} FROM source WHERE ${kept} ORDER BY row) TO ${literal(join(folder, ROWS_FILE))} (FORMAT parquet)`,
  );
  return {
    rowsRead: counts['read'] ?? 0,
    rowsKept: counts['kept'] ?? 0,
    dropped: dataset.where.map((condition, i) => ({
      condition: describeCondition(condition),
      rows: counts[`dropped${i}`] ?? 0,
    })),
    castFailures: Object.fromEntries(casts.map((name, i) => [name, counts[`failed${i}`] ?? 0])),
    columns: await typedColumns(duck, columns),
  };
}

/** SQL of the source's table: a missing number is null, and ids of JSON lines are the text that is written there. */
async function tableOf(
  duck: Duck,
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  source: SourceFiles,
): Promise<string> {
  const types = await typesOf(duck, source, `SELECT * FROM ${readerOf(source)}`);
  checkColumns(spec, [...types.keys()]);
  checkUnique(spec, source.repeated);
  const named = namedColumns(spec).map((name) => ({ name, type: types.get(name) ?? 'VARCHAR' }));
  const asWritten = named.map(
    ({ name, type }) => [name, isRewritten(spec.dataset, name, type) ? 'VARCHAR' : type] as const,
  );
  const reader =
    source.format === 'jsonl' ? readerOf(source, Object.fromEntries(asWritten)) : readerOf(source);
  const floats = named
    .filter(({ type }) => /^(DOUBLE|FLOAT)$/.test(type))
    .map(({ name }) => `${withoutNan(identifier(name))} AS ${identifier(name)}`);
  return floats.length === 0 ? reader : `(SELECT * REPLACE (${floats.join(', ')}) FROM ${reader})`;
}

/**
 * Whether the type that was guessed of JSON texts would give other texts than are written: quotes around those of a column
 * that has numbers too, lower case in UUIDs, a time in UTC without its T and Z. Times stay times where they are compared.
 */
function isRewritten({ split, where, columns }: Dataset, name: string, type: string): boolean {
  if (/^(JSON|UUID|TIME)$/.test(type)) return true;
  const isCompared =
    (split.strategy === 'time' && split.column === name) || where.some(({ column }) => column === name);
  return /^(DATE|TIMESTAMP)/.test(type) && (columns[name]?.cast === 'string' || !isCompared);
}

async function conditionsOn(
  duck: Duck,
  dataset: Dataset,
  source: SourceFiles,
  reader: string,
): Promise<string[]> {
  if (dataset.where.length === 0) return [];
  const values = dataset.where.map(({ column }, i) => `${cleaned(dataset, column)} AS value${i}`);
  const types = await typesOf(duck, source, `SELECT ${values.join(', ')} FROM ${reader}`);
  return dataset.where.map((condition, i) =>
    conditionSql(dataset, condition, types.get(`value${i}`) ?? 'VARCHAR'),
  );
}

/** DuckDB's types of a query's columns, in their order. */
async function typesOf(duck: Duck, source: SourceFiles, query: string): Promise<Map<string, string>> {
  const described = await reading(source, () => duck.rows(`DESCRIBE ${query}`));
  return new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

async function typedColumns(duck: Duck, columns: readonly NeededColumn[]): Promise<IngestOutcome['columns']> {
  const described = await duck.rows('DESCRIBE source');
  const types = new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
  return columns.map(({ name, internal }) => ({ name, internal, type: types.get(internal) ?? 'VARCHAR' }));
}

/** What to do about a file that cannot be read. */
const REMEDIES: Record<SourceFormat, string> = {
  parquet: 'write the file again',
  csv: 'give every row as many fields as the header, close every quote and double those inside a field, end all lines alike, and write the text as UTF-8',
  jsonl: 'write one JSON object to a line, as UTF-8',
};

async function reading<T>({ files, format }: SourceFiles, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = reasonOf(error instanceof Error ? error.message : String(error));
    // The machine's fault, not the data's: another try may go well.
    if (/^Out of Memory Error|No space left on device/i.test(reason)) throw error;
    throw new DataError(
      'ingest',
      'unreadable-source',
      `${files[0] ?? 'the source'} cannot be read as ${format}: ${reason}`.slice(0, 1000),
      `${REMEDIES[format]}; or name the right dataset.source.format`,
      error,
    );
  }
}

/** What DuckDB says of an unreadable file, without the data that it quotes. */
function reasonOf(message: string): string {
  const [first = ''] = message.split('\n');
  const detail =
    /^(Invalid unicode|Maximum line size|Expected Number of Columns|Value with unterminated)[^\n]*/m;
  const reason = first.replace(/Object \{.*\} has/, 'object has').replace(/(but got \w+): .*/, '$1');
  return [reason, detail.exec(message)?.[0]].filter(Boolean).join(' ');
}
