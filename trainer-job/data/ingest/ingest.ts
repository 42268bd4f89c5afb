import { ownValue } from '@trainyard/shared/common';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  idFeature,
  instantSchema,
  runWarning,
  runWarningSchema,
  timeUnitSchema,
  type Dataset,
  type RunWarning,
  type TimeUnit,
} from '@trainyard/shared';
import { TRAINER_ERRORS, type TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';
import { truthOf } from '@trainyard/recommender/encode/boolean';
import { z } from 'zod';
import { castProblemSchema, judgeReading, type CastProblem } from '../casts/judgeReading.js';
import type { Reading } from '../casts/reading.js';
import { verdictCountsOf, verdictCountsSql } from '../casts/verdict.js';
import {
  checkColumns,
  checkUnique,
  checkUsable,
  readColumns,
  trainedColumns,
  type ColumnsSpec,
} from './columnNames.js';
import { textOrderWarning } from './conditions.js';
import { describeReason, nothingMatched, reasonOfUnmatched } from './join.js';
import { checkRepeatedHeader } from './repeatedHeader.js';
import { runOwnSql } from './ownSql.js';
import { keptSql, shape, timeColumns, type ShapedTable } from './shape.js';
import { literal, withDatabase, identifier, type Database } from '../database.js';
import { plainTables } from '../source/plainTables.js';
import type { OpenedTables, TableFiles } from '../source/openTables.js';
import { keepInteractions } from './interactions.js';
import { reading } from '../source/sourceProblem.js';
import { unusedRows, unusedRowsSchema } from './unusedRows.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same source and specification would give other rows. */
const INGEST_VERSION = 10;
export const ROWS_FILE = 'rows.parquet';

export const ingestOutcomeSchema = z.strictObject({
  rowsRead: z.int(),
  rowsKept: z.int(),
  /** Rows that do not meet each condition, in the order of the specification; a row may fail several. */
  dropped: z.array(z.strictObject({ condition: z.string(), rows: z.int() })),
  /** Values that a cast could not read and that count as null, by column. */
  castFailures: z.record(z.string(), z.int()),
  /** What a person should know of these values. */
  castWarnings: z.array(runWarningSchema),
  /** What is wrong with whole columns. */
  castProblems: z.array(castProblemSchema),
  /** The unit of the numbers that a column's times are or were, where it is given or a cast has found it. */
  timeUnits: z.record(z.string(), timeUnitSchema),
  /** Rows without a match in each joined table, in the order of the specification. */
  unmatched: z.array(
    z.strictObject({
      table: z.string(),
      rows: z.int(),
      /** Why, as far as the keys tell, and the setting that mends it. */
      why: z.string().optional(),
      remedy: z.string().optional(),
    }),
  ),
  /** Rows of each joined table that no row asks for, in the order of the specification; none are known of what was ingested before. */
  unused: z.array(unusedRowsSchema).default([]),
  /** Every column of the table; `internal`, `c0`, `c1`, …, is its name in `rows.parquet`: whatever a source has, nothing clashes. */
  columns: z.array(z.strictObject({ name: z.string(), internal: z.string(), type: z.string() })),
  /** By the column that is a list, a struct or a map in its file and comes as the text of it: DuckDB's type there. */
  nested: z.record(z.string(), z.string()),
  /** Names that the source gives to two columns. */
  repeated: z.array(z.string()),
  /** By a column that is not there, or cannot be used as it is: why. */
  unusable: z.record(
    z.string(),
    z.strictObject({
      code: z.custom<TrainerErrorCode>((code) => typeof code === 'string' && code in TRAINER_ERRORS),
      message: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
  /** What is to be said of the files, as warnings and in the log. */
  warnings: z.array(runWarningSchema),
  notes: z.array(z.string()),
  /** When the rows were read where they came from; null for files. */
  snapshot: instantSchema.nullable().default(null),
});
export type IngestOutcome = z.infer<typeof ingestOutcomeSchema>;

/** The version of version 0.1 of the trainer. */
const FORMER_INGEST_VERSION = 8;

/**
 * The key that version 0.1 gave to the rows; undefined where it may have read them otherwise, though they look equal: SQL saw the
 * text of lists, joins and derived columns other times, and conditions on booleans no words but `true` and `false`.
 */
export function formerIngestKey(dataset: Dataset, opened: OpenedTables): unknown {
  const { sql, joins, derive, where } = dataset;
  if (sql !== undefined || joins.length > 0 || Object.keys(derive).length > 0) return undefined;
  if (where.flatMap(valuesOf).some(isOtherWord)) return undefined;
  return ingestKey(dataset, opened, FORMER_INGEST_VERSION);
}

function valuesOf(condition: Dataset['where'][number]): readonly unknown[] {
  return condition.is === 'in' ? condition.values : 'value' in condition ? [condition.value] : [];
}

function isOtherWord(value: unknown): boolean {
  return typeof value === 'string' && value !== 'true' && value !== 'false' && truthOf(value) !== undefined;
}

/** All that shapes the rows: neither the features nor, but for times in JSON lines, the split. */
export function ingestKey(dataset: Dataset, opened: OpenedTables, version = INGEST_VERSION): unknown {
  return {
    version,
    source: opened.fingerprint,
    format: opened.format,
    csv: dataset.source.csv ?? null,
    tables: Object.fromEntries(
      Object.entries(opened.tables).map(([name, { fingerprint, format }]) => [
        name,
        { fingerprint, format, csv: dataset.tables[name]?.csv ?? null },
      ]),
    ),
    sql: dataset.sql ?? null,
    rename: dataset.rename,
    cleaning: dataset.columns,
    joins: dataset.joins,
    derive: dataset.derive,
    where: dataset.where,
    sample: dataset.sample ?? null,
    select: dataset.select ?? null,
    // What had none before keeps its key.
    ...(dataset.interactions && { interactions: dataset.interactions }),
    times: opened.format === 'jsonl' || opened.isPartitioned ? timeColumns(dataset).toSorted() : [],
  };
}

/** Fails with a `TrainerError` when features or split name a column that the ingested table does not have, or one that could not be cast. */
export function checkTrainedColumns(spec: ColumnsSpec, ingested: IngestOutcome): void {
  const names = trainedColumns(spec);
  checkUnique(names, ingested.repeated);
  checkUsable(names, new Map(Object.entries(ingested.unusable)));
  checkColumns(
    names,
    ingested.columns.map(({ name }) => name),
  );
  checkCasts(spec, ingested);
}

/** Columns that nothing reads are warned of. Where no row is left, that is what has to be said first. */
function checkCasts(spec: ColumnsSpec, { castProblems, rowsKept }: IngestOutcome): void {
  if (rowsKept === 0) return;
  const names = readColumns(spec);
  const found = castProblems.find(({ name, source }) => names.has(name) || names.has(source));
  if (found) throw new TrainerError(found.code, found.message, found.remedy, { stage: 'ingest' });
}

/**
 * Reads the tables, shapes them into one and writes its columns to `rows.parquet` in `folder`, with `row`, each row's position
 * in the source. Fails with a `TrainerError` for a source that cannot be read or lacks a column.
 */
export async function ingest(dataset: Dataset, files: TableFiles, folder: string): Promise<IngestOutcome> {
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    const { tables, notes, warnings } = await plainTables(files, work);
    const own = dataset.sql === undefined ? undefined : await ownRows(dataset.sql, tables, work);
    const read = own ? [files.source, ...Object.values(files.tables)] : [files.source];
    const isCsv = read.some(({ format }) => format === 'csv');
    const ingested = await withDatabase(work, (database) =>
      ingestWith(database, dataset, { ...tables, source: own?.source ?? tables.source }, { folder, isCsv }),
    );
    const all = [...warnings, ...(own?.warnings ?? []), ...ingested.warnings];
    const outcome = { ...ingested, notes: [...notes, ...ingested.notes], warnings: all };
    await writeFile(join(folder, 'ingest.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    return outcome;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function ownRows(sql: string, files: TableFiles, work: string): ReturnType<typeof runOwnSql> {
  const folder = join(work, 'own');
  await mkdir(folder);
  return runOwnSql(sql, files, folder);
}

async function ingestWith(
  database: Database,
  dataset: Dataset,
  files: TableFiles,
  { folder, isCsv }: { folder: string; isCsv: boolean },
): Promise<IngestOutcome> {
  const { repeated } = files.source;
  const table = await shape(database, dataset, files);
  checkColumns(dataset.select ?? [], [...table.types.keys()]);
  const { user, item } = dataset.interactions ?? {};
  checkColumns(
    [user, item].filter((name) => name !== undefined),
    dataset.select ?? [...table.types.keys()],
  );
  checkUnique(namedColumns(dataset), repeated);
  const columns = (dataset.select ?? [...table.types.keys()]).map((name, i) => ({
    name,
    internal: `c${i}`,
    type: table.types.get(name) ?? 'VARCHAR',
  }));
  const bring = async () => {
    const rowsShaped = await writeRows(database, table, columns, folder);
    if (isCsv) await checkRepeatedHeader(database, dataset, columns, join(folder, ROWS_FILE));
    const losses = await countLosses(database, dataset, table, rowsShaped);
    const kept =
      dataset.interactions &&
      (await keepInteractions(database, dataset.interactions, { columns, file: join(folder, ROWS_FILE) }));
    const unmatched = await explained(database, table, losses);
    const unused = await unusedRows(database, table);
    const snapshot = files.source.snapshot ?? null;
    const nested = Object.fromEntries(table.nested);
    const unusable = Object.fromEntries(
      [...table.unusable].map(([name, { code, message, remedy }]) => [name, { code, message, remedy }]),
    );
    const warnings = [...table.warnings, ...losses.warnings];
    return {
      ...losses,
      rowsKept: kept?.rowsKept ?? rowsShaped,
      dropped: [...losses.dropped, ...(kept?.dropped ?? [])],
      notes: kept?.notes ?? [],
      unmatched,
      unused,
      columns,
      nested,
      repeated,
      unusable,
      warnings,
      snapshot,
    };
  };
  return reading(files.source, bring, columns.length);
}

/** Streams the rows to keep into `rows.parquet`, in the order of the source; returns how many they are. */
async function writeRows(
  database: Database,
  table: ShapedTable,
  columns: IngestOutcome['columns'],
  folder: string,
): Promise<number> {
  const named = columns.map(({ name, internal }) => `${identifier(name)} AS ${internal}`);
  const { Count: rows = 0 } = await database.counts(
    `COPY (SELECT ${[`${table.row} AS row`, ...named].join(', ')} FROM ${table.sql} WHERE ${keptSql(table.conditions)}
        ${table.isShuffled ? `ORDER BY ${table.row}` : ''})
      TO ${literal(join(folder, ROWS_FILE))} (FORMAT parquet)`,
  );
  return rows;
}

/** Reads once more the columns that are cast, compared or joined. */
async function countLosses(
  database: Database,
  dataset: Dataset,
  { sql, conditions, readings, unmatched }: ShapedTable,
  rowsKept: number,
): Promise<Losses> {
  const counted = [
    ...conditions.map((condition, i) => `count(*) FILTER (NOT (${condition.sql})) AS dropped${i}`),
    ...conditions.flatMap(({ otherwise }, i) =>
      otherwise ? `count(*) FILTER (${otherwise.sql}) AS otherwise${i}` : [],
    ),
    ...readings.flatMap(({ verdict }, i) => verdictCountsSql(verdict, `read${i}`)),
    ...unmatched.map((one, i) => `count(*) FILTER (${one.sql}) AS unmatched${i}`),
  ];
  const counts: Record<string, number> =
    counted.length === 0
      ? { read: rowsKept }
      : await database.counts(`SELECT count(*) AS read, ${counted.join(', ')} FROM ${sql}`);
  const countOf = (name: string) => counts[name] ?? 0;
  const comparedAsText = conditions.flatMap(({ describes, otherwise }, i) => {
    const rows = countOf(`otherwise${i}`);
    return otherwise && rows > 0 ? textOrderWarning({ column: otherwise.column, describes, rows }) : [];
  });
  return {
    rowsRead: countOf('read'),
    dropped: conditions.map(({ describes }, i) => ({ condition: describes, rows: countOf(`dropped${i}`) })),
    ...(await judgeReadings(database, dataset, readings, counts)),
    warnings: comparedAsText,
    unmatched: unmatched.map(({ table }, i) => ({ table, rows: countOf(`unmatched${i}`) })),
  };
}

type Losses = Pick<
  IngestOutcome,
  | 'rowsRead'
  | 'dropped'
  | 'castFailures'
  | 'castWarnings'
  | 'castProblems'
  | 'timeUnits'
  | 'unmatched'
  | 'warnings'
>;

async function judgeReadings(
  database: Database,
  { columns }: Dataset,
  readings: readonly Reading[],
  counts: Readonly<Record<string, number>>,
): Promise<Pick<Losses, 'castFailures' | 'castWarnings' | 'castProblems' | 'timeUnits'>> {
  const castFailures: Record<string, number> = {};
  const castWarnings: RunWarning[] = [];
  const castProblems: CastProblem[] = [];
  const timeUnits: Record<string, TimeUnit> = {};
  for (const [name, { unit }] of Object.entries(columns)) if (unit !== undefined) timeUnits[name] = unit;
  for (const [i, one] of readings.entries()) {
    const judged = await judgeReading(database, one, verdictCountsOf(counts, `read${i}`));
    castFailures[one.name] = (ownValue(castFailures, one.name) ?? 0) + judged.failed;
    if (judged.problem !== undefined) castProblems.push(judged.problem);
    if (judged.warning !== undefined) castWarnings.push(judged.warning);
    if (judged.unit !== undefined) timeUnits[one.source] = judged.unit;
  }
  return { castFailures, castWarnings, castProblems, timeUnits };
}

/** Below this share of rows a join is not asked why they have no match. */
const UNMATCHED_SHARE = 0.01;

/** Fails with a `TrainerError` for a join that brings nothing to any row. */
async function explained(
  database: Database,
  table: ShapedTable,
  { unmatched, rowsRead }: Pick<IngestOutcome, 'unmatched' | 'rowsRead'>,
): Promise<IngestOutcome['unmatched']> {
  const found: IngestOutcome['unmatched'] = [];
  for (const [i, { sql, keys }] of table.unmatched.entries()) {
    const { table: name, rows } = unmatched[i] ?? { table: keys.table, rows: 0 };
    if (rows === 0 || rows < rowsRead * UNMATCHED_SHARE) {
      found.push({ table: name, rows });
      continue;
    }
    const reason = await reasonOfUnmatched(database, table.sql, sql, keys);
    if (rows === rowsRead && !reason.isEmpty) throw nothingMatched(keys, rows, reason);
    found.push({ table: name, rows, ...describeReason(keys, reason) });
  }
  return found;
}

/** The columns of the source that the shaping of the data set names. */
function namedColumns({ columns, where, select = [], rename, joins }: Dataset): string[] {
  return [
    ...Object.keys(columns),
    ...where.map(({ column }) => column),
    ...select,
    ...Object.values(rename),
    ...joins.flatMap(({ on }) => Object.keys(on)),
  ];
}

/** What a person should know of rows that were kept. */
export function ingestWarnings(
  spec: ColumnsSpec,
  { unmatched, unused, rowsRead, warnings }: IngestOutcome,
): RunWarning[] {
  const ofJoins = unmatched
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows, why, remedy }) =>
      runWarning(
        'unmatched-rows',
        `${rows} of ${rowsRead} rows have no match in table "${table}"${why === undefined ? '' : `: ${why}`}`,
        remedy ?? 'compare the keys on both sides: their types, letter case and blanks',
        { rows: rowsRead, unmatched: rows },
      ),
    );
  return [...warnings, ...ofJoins, ...itemWarnings(spec, unused)];
}

/** A table of items may have some that nobody has taken. Those of a given vocabulary are recommended all the same. */
function itemWarnings({ dataset, features }: ColumnsSpec, tables: IngestOutcome['unused']): RunWarning[] {
  if (dataset.vocabularies) return [];
  const { column } = idFeature(features.candidate);
  return tables
    .filter(({ on, unused }) => unused > 0 && on.length === 1 && on[0] === column)
    .map(({ table, rows, unused, example }) =>
      runWarning(
        'items-without-rows',
        `${unused} of ${rows} items of table "${table}", such as ${JSON.stringify(example)}, have no row in the data: they are not recommended`,
        'bring rows of them: a model knows no item by its attributes alone',
        { items: rows, withoutRows: unused },
      ),
    );
}
