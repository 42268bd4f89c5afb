/** The source as a table of SQL: its columns have their names and the types in which the later stages know them. */
import type { SourceFormat } from '@trainyard/shared';
import { dataLimits } from '../../settings/limits.js';
import { withoutNan } from './columns.js';
import { identifier, type Database } from '../database.js';
import { checkGzip } from '../source/gunzip.js';
import { checkNames } from '../source/checkNames.js';
import { readCsvHeader } from '../source/csvHeader.js';
import { plainCsvReaderOf, readerOf } from '../source/reader.js';
import type { SourceFiles } from '../source/source.js';
import { loadExamples } from '../source/tfrecord/loadExamples.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface Table {
  /** What stands behind FROM. */
  sql: string;
  /** DuckDB's type of each column, in their order. */
  types: ReadonlyMap<string, string>;
  /** By the column of lists, structs or maps, which is brought as their text: DuckDB's type of it in the file. */
  nested: ReadonlyMap<string, string>;
}

/**
 * The columns in the types that stages know. A missing number is null, and ids of JSON lines are the text that is written there,
 * but for the columns that `isTime` says are times. `tableName` is of the table in DuckDB where one is made.
 */
export async function readTable(
  database: Database,
  source: SourceFiles,
  tableName: string,
  isTime: (column: string) => boolean,
): Promise<Table> {
  return reading(source, async () => {
    const { sql: rows, types } = await readAsWritten(database, source, tableName, isTime);
    const columns = [...types].map(
      ([name, type]) => `${stored(identifier(name), type)} AS ${identifier(name)}`,
    );
    const sql = `(SELECT ${columns.join(', ')} FROM ${rows})`;
    return {
      sql,
      types: await typesOf(database, `SELECT * FROM ${sql}`),
      nested: new Map([...types].filter(([, type]) => isNested(type))),
    };
  });
}

/** The same columns in the types of the file: `sql` sees lists as lists. */
export async function readAsWritten(
  database: Database,
  source: SourceFiles,
  tableName: string,
  isTime: (column: string) => boolean,
): Promise<Pick<Table, 'sql' | 'types'>> {
  return reading(source, async () => {
    const reader = await readerOfSource(database, source, tableName, isTime);
    const types = await typesOf(database, `SELECT * FROM ${reader}`);
    checkNames([...types.keys()]);
    const columns = [...types].map(([name, type]) => {
      const value = identifier(name);
      return /^(DOUBLE|FLOAT)$/.test(type) ? `${withoutNan(value)} AS ${value}` : value;
    });
    return { sql: `(SELECT ${columns.join(', ')} FROM ${reader})`, types };
  });
}

/** Lists, arrays, structs, maps and unions. */
function isNested(type: string): boolean {
  return /\]$|^(STRUCT|MAP|UNION)\(/.test(type);
}

async function readerOfSource(
  database: Database,
  source: SourceFiles,
  tableName: string,
  isTime: (column: string) => boolean,
): Promise<string> {
  const { format, files } = source;
  if (format === 'tfrecord') return loadExamples(database, tableName, files);
  if (format === 'parquet') return readerOf(source, format);
  // DuckDB does not hold the bytes against their checksum.
  for (const file of files) if (file.endsWith('.gz')) await checkGzip(file);
  if (format === 'csv') {
    const reader = readerOf(source, format);
    const types = await typesOf(database, `SELECT * FROM ${reader}`).catch(async (error: unknown) => {
      throw (await csvMistake(database, source)) ?? error;
    });
    if (source.csv.columns) checkCount(source.csv.columns, types);
    return reader;
  }
  const guessed = await typesOf(database, `SELECT * FROM ${readerOf(source, format)}`);
  checkNames([...guessed.keys()]);
  const types = [...guessed].map(
    ([column, type]) => [column, isRewritten(type, isTime(column)) ? 'VARCHAR' : type] as const,
  );
  return readerOf(source, format, Object.fromEntries(types));
}

/**
 * What DuckDB says of the first line that it cannot read, told how many columns there are: without, it says of most mistakes no
 * more than that it has found no dialect. Undefined where each file on its own can be read.
 */
async function csvMistake(database: Database, source: SourceFiles): Promise<unknown> {
  const { fields } = await readCsvHeader(source.files[0] ?? '', source.csv);
  for (const file of source.files) {
    try {
      await database.rows(`SELECT count(*) FROM ${plainCsvReaderOf({ ...source, files: [file] }, fields)}`);
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

/** DuckDB makes up names for columns that have none. */
function checkCount(names: readonly string[], types: ReadonlyMap<string, string>): void {
  if (names.length === types.size) return;
  throw new TrainerError(
    'column-count',
    `dataset.source.csv.columns names ${names.length} columns, and the data has ${types.size}`,
    'name each column of the file, in its order; dataset.select leaves columns out',
    { stage: 'ingest' },
  );
}

/** DuckDB's types of a query's columns, in their order. */
export async function typesOf(database: Database, query: string): Promise<Map<string, string>> {
  const described = await database.rows(`DESCRIBE ${query}`);
  return new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

/** SQL of a value as one of the types that stages know: numbers, truth values, times and text. */
function stored(sql: string, type: string): string {
  // Parquet has no whole numbers of 128 bits. As floating-point numbers, ids that differ in their last digits would be one.
  if (/^U?HUGEINT$/.test(type)) return `CAST(${sql} AS DECIMAL(38,0))`;
  const isKnown =
    /^(BOOLEAN|VARCHAR|DATE|DOUBLE|FLOAT|U?(TINY|SMALL|BIG)?INT(EGER)?|DECIMAL\(\d+,\d+\)|TIME|TIMESTAMP(_\w+| WITH TIME ZONE)?)$/;
  return isKnown.test(type) ? sql : `CAST(${sql} AS VARCHAR)`;
}

/**
 * Whether the type that was guessed of JSON texts would give other texts than are written: quotes around those of a column
 * that has numbers too, lower case in UUIDs, a time in UTC without its T and Z. Times stay times where they are compared.
 */
function isRewritten(type: string, isTime: boolean): boolean {
  return /^(JSON|UUID|TIME)$/.test(type) || (/^(DATE|TIMESTAMP)/.test(type) && !isTime);
}

/** What to do about a file that cannot be read. */
const REMEDIES: Record<SourceFormat, string> = {
  parquet: 'write the file again',
  csv: 'give every row as many fields as the header, close every quote and double those inside a field, end all lines alike, and write the text as UTF-8',
  jsonl: 'write one JSON object to a line, as UTF-8',
  tfrecord: 'write the file again with tf.io.TFRecordWriter',
};

/** Gives what DuckDB says while it reads a source the form of a `TrainerError`. */
export async function reading<T>(
  { files, format }: SourceFiles,
  read: () => Promise<T>,
  columns?: number,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TrainerError) throw error;
    const reason = reasonOf(error instanceof Error ? error.message : String(error));
    if (/^Out of Memory Error/i.test(reason) && columns !== undefined && columns > MANY_COLUMNS) {
      throw tooWide(columns, error);
    }
    // The machine's fault, not the data's: another try may go well.
    if (/^Out of Memory Error|No space left on device/i.test(reason)) throw error;
    throw new TrainerError(
      'unreadable-source',
      `${files[0] ?? 'the source'} cannot be read as ${format}: ${reason}`.slice(0, 1000),
      `${REMEDIES[format]}; or name the right dataset.source.format`,
      { stage: 'ingest', cause: error },
    );
  }
}

/** Each column that is written holds half a megabyte, however few the rows. */
const MANY_COLUMNS = 500;

function tooWide(columns: number, cause: unknown): TrainerError {
  const { memoryMegabytes } = dataLimits();
  return new TrainerError(
    'too-many-columns',
    `${columns} columns are to be brought, and ${memoryMegabytes} MB of memory are not enough for so many at once`,
    'name the columns that are needed in dataset.select, or raise TRAINYARD_MEMORY_MB',
    { stage: 'ingest', cause },
  );
}

/** What DuckDB says of an unreadable file, without the data that it quotes. */
function reasonOf(message: string): string {
  const [first = ''] = message.split('\n');
  const detail =
    /^(Invalid unicode|Maximum line size|Expected Number of Columns|Value with unterminated)[^\n]*/m;
  const reason = first
    .replace(/Object \{.*\} has/, 'object has')
    .replace(/(but got \w+): .*/, '$1')
    .replace(
      'json_read expected records, but got non-record JSON instead',
      'no line, or not every line, is an object',
    )
    .replace(/(could not convert \w+) '.*'/i, '$1');
  return [reason, detail.exec(message)?.[0]].filter(Boolean).join(' ');
}
