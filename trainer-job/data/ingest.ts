import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { checkColumns, cleaned, neededColumns, type NeededColumn } from './columns.js';
import { conditionSql, describeCondition } from './conditions.js';
import { DataError } from './dataError.js';
import { literal, withDuck, identifier, type Duck } from './duck.js';
import { readerOf, type SourceFiles } from './source.js';

/** Raise it when the same source and specification would give other rows. */
export const INGEST_VERSION = 1;
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
  const reader = readerOf(source);
  const described = await reading(source, () => duck.rows(`DESCRIBE SELECT * FROM ${reader}`));
  const existing = described.map((row) => String(row['column_name']));
  checkColumns({ dataset, features }, existing);

  const columns = neededColumns(dataset, features);
  const conditions = dataset.where.map((condition) => conditionSql(dataset, condition));
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

async function typedColumns(duck: Duck, columns: readonly NeededColumn[]): Promise<IngestOutcome['columns']> {
  const types = new Map(
    (await duck.rows('DESCRIBE source')).map((row) => [
      String(row['column_name']),
      String(row['column_type']),
    ]),
  );
  return columns.map(({ name, internal }) => ({ name, internal, type: types.get(internal) ?? 'VARCHAR' }));
}

/** What DuckDB says of an unreadable file, its first line only: the lines after it quote the data. */
async function reading<T>({ files, format }: SourceFiles, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new DataError(
      'ingest',
      'unreadable-source',
      `${files[0] ?? 'the source'} cannot be read as ${format}: ${reason ?? ''}`.slice(0, 1000),
      'mend the file, or name the right dataset.source.format',
      error,
    );
  }
}
