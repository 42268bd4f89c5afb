/** The user's own SQL over the tables of the data set, in a database that reaches nothing else. */
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { csvDialectSchema, type RunWarning } from '@trainyard/shared';
import { readAsWritten } from './table.js';
import { identifier, literal, withDatabase, type Database } from '../database.js';
import type { TableFiles } from '../source/openTables.js';
import { partitionsOf } from '../source/partitions.js';
import type { SourceFiles } from '../source/source.js';
import { TrainerError } from '../../errors/trainerError.js';

/**
 * The rows of a SELECT over `source` and the other tables, which have the types of their files, as a Parquet file in `folder`. They come in the order of their
 * values, as the rows of a SELECT have none: the same data gives the same rows each time. Fails with a `TrainerError` for what is
 * not one SELECT, or does not run.
 */
export async function runOwnSql(sql: string, files: TableFiles, folder: string): Promise<OwnRows> {
  const result = resolve(folder, 'result.parquet');
  const paths = [result];
  const warnings: RunWarning[] = [];
  const unusable = new Map<string, TrainerError>();
  const answered = async (database: Database): Promise<void> => {
    for (const [name, table] of Object.entries({ ...files.tables, source: files.source })) {
      const real = await Promise.all(table.files.map((file) => realpath(file)));
      paths.push(...real);
      const read = await readAsWritten(
        database,
        { ...table, ...realNames(table, real) },
        `trainyard_${name}`,
        () => true,
      );
      warnings.push(...read.warnings);
      for (const [column, why] of read.unusable) if (!read.types.has(column)) unusable.set(column, why);
      // A name that is a pattern too can be read before the lock alone.
      const kind = real.some((file) => /[*?[]/.test(file)) ? 'TABLE' : 'VIEW';
      await database.run(`CREATE ${kind} ${identifier(name)} AS SELECT * FROM ${read.sql}`);
    }
    await lock(database, paths);
    await run(database, sql, { result, unusable });
  };
  await withDatabase(folder, answered, { locksSettings: true });
  const csv = csvDialectSchema.parse({});
  const source: SourceFiles = {
    files: [result],
    format: 'parquet',
    csv,
    delimiter: ',',
    encodings: [],
    headers: [],
    partitions: partitionsOf([]),
    originals: new Map(),
    repeated: [],
    bytes: (await stat(result)).size,
    fingerprint: files.source.fingerprint,
  };
  return { source, warnings };
}

/** The rows of a SELECT, and what is to be said of the files that it reads. */
interface OwnRows {
  source: SourceFiles;
  warnings: RunWarning[];
}

/** Copies keep the names of what they were made of, under the names that SQL reaches them by. */
function realNames(
  { files, originals }: SourceFiles,
  real: string[],
): Pick<SourceFiles, 'files' | 'originals'> {
  const named = real.flatMap((path, i): [string, string][] => {
    const original = originals.get(files[i] ?? '');
    return original === undefined ? [] : [[path, original]];
  });
  return { files: real, originals: new Map(named) };
}

/** From here on no file beside `paths`, no network, no extension, and no setting that would change that. */
async function lock(database: Database, paths: readonly string[]): Promise<void> {
  await database.run(`SET allowed_paths = [${paths.map((path) => literal(path)).join(', ')}]`);
  await database.run('SET enable_external_access = false');
  await database.run('SET lock_configuration = true');
}

async function run(
  database: Database,
  sql: string,
  { result, unusable }: { result: string; unusable: ReadonlyMap<string, TrainerError> },
): Promise<void> {
  if (sql.includes('\0'))
    throw badSql('it has a NUL character, at which it would end: chr(0) makes one in SQL', undefined);
  const select = sql.trim().replace(/;\s*$/, '');
  try {
    if (!(await database.isOneSelect(select))) {
      throw badSql('it is not one SELECT', undefined);
    }
    // The end of the line ends a comment at the end of the SQL.
    await database.run(
      `COPY (SELECT * FROM (${select}\n) ORDER BY ALL) TO ${literal(result)} (FORMAT parquet)`,
    );
  } catch (error) {
    if (error instanceof TrainerError) throw error;
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    // The machine's fault: another try may go well.
    if (/^Out of Memory Error|No space left on device/i.test(reason)) throw error;
    const missing = [...unusable].find(([name]) => reason.includes(`"${name}"`));
    if (missing && /not found/i.test(reason)) throw missing[1];
    throw badSql(reason.replace(/(could not convert \w+) '.*'/i, '$1').slice(0, 500), error);
  }
}

function badSql(reason: string, cause: unknown): TrainerError {
  return new TrainerError(
    'bad-sql',
    `dataset.sql does not run: ${reason}`,
    "write one SELECT in DuckDB's SQL over source and the names in dataset.tables; it reaches no other files",
    { stage: 'ingest', cause },
  );
}
