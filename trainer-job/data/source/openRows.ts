/** The rows of a source as DuckDB reads them: SQL, the types of the files, and what of them cannot be used. */
import { runWarning, type RunWarning } from '@trainyard/shared';
import { identifier, literal, type Database } from '../database.js';
import { checkNames } from './checkNames.js';
import { checkGzip } from './gunzip.js';
import { jsonKeys } from './jsonKeys.js';
import { partitionText, partitionType } from './partitions.js';
import { jsonReaderByKey, plainCsvReaderOf, readerOf } from './reader.js';
import type { SourceFiles } from './source.js';
import { loadExamples } from './tfrecord/loadExamples.js';
import { varyingColumns, type FileColumns, type Varying } from './varyingColumns.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface Rows {
  /** What stands behind FROM. */
  sql: string;
  /** By a column that is not there, or cannot be used as it is: why. */
  unusable: ReadonlyMap<string, TrainerError>;
  warnings: readonly RunWarning[];
}

/** Of a column, whether its values are compared as times. */
export type IsTime = (column: string) => boolean;

/** `tableName` is of the table in DuckDB where one is made. Fails with what DuckDB says, or with a `TrainerError`. */
export async function openRows(
  database: Database,
  source: SourceFiles,
  tableName: string,
  isTime: IsTime,
): Promise<Rows> {
  if (source.format === 'tfrecord') return examples(database, source, tableName);
  // DuckDB does not hold the bytes against their checksum.
  for (const file of source.files) if (file.endsWith('.gz')) await checkGzip(file);
  const { reader, varying } = await readerFor(database, source, isTime);
  const types = await typesOf(database, `SELECT * FROM ${reader}`);
  checkNames([...types.keys()]);
  const own = varying?.common.filter((name) => types.has(name)) ?? [...types.keys()];
  const partitions = partitionColumns(source, [...types.keys()], isTime);
  return {
    sql: `(SELECT ${[...own.map(identifier), ...partitions.sqls].join(', ')} FROM ${reader})`,
    unusable: new Map([...partitions.unusable, ...(varying?.unusable ?? [])]),
    warnings: (varying?.differs ?? []).map((differs) =>
      runWarning('files-differ', differs, 'write the same columns in the same types to all files'),
    ),
  };
}

/** DuckDB's types of a query's columns, in their order. */
export async function typesOf(database: Database, query: string): Promise<Map<string, string>> {
  const described = await database.rows(`DESCRIBE ${query}`);
  return new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

async function examples(database: Database, source: SourceFiles, tableName: string): Promise<Rows> {
  const { columns, lacking } = source.partitions;
  const loaded = await loadExamples(
    database,
    tableName,
    source.files,
    (file) => new Map([...columns].map(([name, values]) => [name, values[file] ?? null])),
  );
  return { sql: loaded.sql, unusable: new Map([...foldersLack(lacking), ...loaded.unusable]), warnings: [] };
}

async function readerFor(
  database: Database,
  source: SourceFiles,
  isTime: IsTime,
): Promise<{ reader: string; varying?: Varying | undefined }> {
  const { format } = source;
  if (format === 'csv') return csvReader(database, source);
  if (format === 'parquet') {
    const varying = varyingColumns(await parquetColumns(database, source));
    return { reader: readerOf(source, 'parquet', { byName: varying?.canWiden === true }), varying };
  }
  const guessed = await typesOf(database, `SELECT * FROM ${readerOf(source, 'jsonl')}`);
  checkNames([...guessed.keys()]);
  const types = [...guessed].map(
    ([column, type]) => [column, isRewritten(type, isTime(column)) ? 'VARCHAR' : type] as const,
  );
  const keys = await jsonKeys(database, source, [...guessed.keys()]);
  const columns = types.map(([name, type]) => ({ name, key: keys.get(name) ?? name, type }));
  return columns.every(({ name, key }) => name === key)
    ? { reader: readerOf(source, 'jsonl', { jsonTypes: Object.fromEntries(types) }) }
    : { reader: jsonReaderByKey(source, columns) };
}

/** Each file's footer is read; of one file nothing can vary. */
async function parquetColumns(database: Database, source: SourceFiles): Promise<FileColumns[]> {
  if (source.files.length < 2) return [];
  const found: FileColumns[] = [];
  for (const file of source.files) {
    const reader = readerOf({ ...source, files: [file] }, 'parquet');
    found.push({ file, columns: await typesOf(database, `SELECT * FROM ${reader}`) });
  }
  return found;
}

async function csvReader(
  database: Database,
  source: SourceFiles,
): Promise<{ reader: string; varying: Varying | undefined }> {
  const varying = source.csv.columns ? undefined : csvVarying(source);
  const reader = readerOf(source, 'csv', { byName: varying !== undefined });
  const types = await typesOf(database, `SELECT * FROM ${reader}`).catch(async (error: unknown) => {
    throw (await csvMistake(database, source)) ?? error;
  });
  if (source.csv.columns) checkCount(source.csv.columns, types);
  return { reader, varying };
}

function csvVarying({ files, headers, originals, csv, delimiter }: SourceFiles): Varying | undefined {
  const nameOf = (i: number) => originals.get(files[i] ?? '') ?? files[i] ?? '';
  const other = headers.findIndex(
    (header) => header.fields > 1 && header.delimiter !== headers[0]?.delimiter,
  );
  if (csv.delimiter === undefined && other >= 0) {
    throw new TrainerError(
      'unreadable-source',
      `${nameOf(other)} has its columns parted by ${JSON.stringify(headers[other]?.delimiter)}, and ${nameOf(0)} by ${JSON.stringify(delimiter)}`,
      'write all files with the same delimiter, or choose files of one kind by the pattern of dataset.source.uri',
      { stage: 'ingest' },
    );
  }
  if (!csv.header || files.length < 2) return undefined;
  return varyingColumns(
    headers.map(({ names }, i) => ({
      file: nameOf(i),
      columns: new Map(names.filter((name) => name !== '').map((name) => [name, 'VARCHAR'])),
    })),
  );
}

/**
 * What DuckDB says of the first line that it cannot read, told how many columns there are: without, it says of most mistakes no
 * more than that it has found no dialect. Undefined where each file on its own can be read.
 */
async function csvMistake(database: Database, source: SourceFiles): Promise<unknown> {
  for (const [i, file] of source.files.entries()) {
    const fields = source.csv.columns?.length ?? source.headers[i]?.fields ?? 1;
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

/**
 * Whether the type that was guessed of JSON texts would give other texts than are written: quotes around those of a column
 * that has numbers too, lower case in UUIDs, a time in UTC without its T and Z. Times stay times where they are compared.
 */
function isRewritten(type: string, isTime: boolean): boolean {
  return /^(JSON|UUID|TIME)$/.test(type) || (/^(DATE|TIMESTAMP)/.test(type) && !isTime);
}

/** A column that the files have themselves comes before that of their folders. */
function partitionColumns(
  { partitions }: SourceFiles,
  own: readonly string[],
  isTime: IsTime,
): { sqls: string[]; unusable: [string, TrainerError][] } {
  const taken = new Set(own.map((name) => name.toLowerCase()));
  const columns = [...partitions.columns].filter(([name]) => !taken.has(name.toLowerCase()));
  return {
    sqls: columns.map(([name, values]) => {
      const type = isTime(name) ? partitionType(values) : 'VARCHAR';
      const texts = values.map((value) => (value === null ? 'NULL' : literal(partitionText(value, type))));
      return `CAST(([${texts.join(', ')}]::VARCHAR[])[file_index::BIGINT + 1] AS ${type}) AS ${identifier(name)}`;
    }),
    unusable: foldersLack(partitions.lacking).filter(([name]) => !taken.has(name.toLowerCase())),
  };
}

function foldersLack(lacking: ReadonlyMap<string, string>): [string, TrainerError][] {
  return [...lacking].map(([name, path]) => [
    name,
    new TrainerError(
      'files-differ',
      `column "${name}" stands in the names of some folders, and ${path} lies in none of them`,
      'put all files into folders of this kind, or choose those that are by the pattern of dataset.source.uri',
      { stage: 'ingest' },
    ),
  ]);
}
