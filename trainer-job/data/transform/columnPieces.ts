/**
 * Columns of the ingested rows in the canonical forms that encoders take (the recommender's `encode/value.ts`). DuckDB finds the distinct
 * texts of a column and which row has which; what they are encoded as is not its business.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { secondsOf, type ValueForm } from '@trainyard/recommender/encode/value';
import { unpackTexts } from '@trainyard/recommender/format/texts';
import { internalName, textSql } from '../ingest/columns.js';
import { packTexts, readArray, writeArrays } from '../typedFiles.js';
import type { PieceCache } from './pieces.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same column would be read otherwise. */
const COLUMN_VERSION = 1;

/** A column of texts. */
export interface TextColumn {
  /** The distinct ones, in the order of their UTF-8. */
  texts: string[];
  /** [rows] position in `texts` + 1, 0 for null. */
  codes: Int32Array;
}

export async function textColumn(
  cache: PieceCache,
  ingested: IngestedRows,
  column: string,
): Promise<TextColumn> {
  const rows = ingested.outcome.rowsKept;
  const { folder, outcome } = await cache({
    key: { piece: 'texts', version: COLUMN_VERSION, rows: ingested.digest, column },
    outcome: z.strictObject({ distinct: z.int() }),
    produce: (target) => writeTexts(ingested, column, target),
  });
  return {
    texts: unpackTexts(await readFile(join(folder, 'texts.bin')), outcome.distinct),
    codes: await readArray(Int32Array, join(folder, 'codes.i32'), rows),
  };
}

async function writeTexts(
  ingested: IngestedRows,
  column: string,
  folder: string,
): Promise<{ distinct: number }> {
  const value = textSql(internalName(ingested.outcome.columns, column));
  return withRows(ingested, folder, async (database) => {
    await database.run(
      `CREATE TABLE texts AS SELECT value, CAST(row_number() OVER (ORDER BY value) AS INTEGER) AS code
        FROM (SELECT DISTINCT ${value} AS value FROM rows) WHERE value IS NOT NULL`,
    );
    const texts: string[] = [];
    await database.scan('SELECT value FROM texts ORDER BY code', ([values]) => {
      for (const text of values ?? []) texts.push(String(text));
    });
    const codes = new Int32Array(ingested.outcome.rowsKept);
    await database.scan(
      `SELECT n, coalesce(code, 0) FROM rows LEFT JOIN texts ON ${value} = texts.value`,
      ([n = [], code = []]) => n.forEach((row, i) => (codes[row as number] = code[i] as number)),
    );
    await writeFile(join(folder, 'texts.bin'), packTexts(texts));
    await writeArrays(join(folder, 'codes.i32'), codes);
    return { distinct: texts.length };
  });
}

/** A column of numbers, or of times in seconds since 1970 UTC. */
export interface NumberColumn {
  /** [rows] NaN for null and what is not finite. */
  values: Float64Array;
  /** The source has them in single precision. */
  single: boolean;
}

export async function numberColumn(
  cache: PieceCache,
  ingested: IngestedRows,
  column: string,
  form: Exclude<ValueForm, 'text'>,
): Promise<NumberColumn> {
  const rows = ingested.outcome.rowsKept;
  const { type } = ingested.outcome.columns.find(({ name }) => name === column) ?? { type: 'VARCHAR' };
  const { folder } = await cache({
    key: { piece: 'numbers', version: COLUMN_VERSION, rows: ingested.digest, column, form },
    outcome: z.strictObject({ type: z.string() }),
    produce: async (target) => {
      const values =
        type === 'VARCHAR' && form === 'time'
          ? writtenTimes(await textColumn(cache, ingested, column))
          : await numbersOf(ingested, column, numberSql(type, form, column), target);
      await writeArrays(join(target, 'values.f64'), values);
      return { type };
    },
  });
  const values = await readArray(Float64Array, join(folder, 'values.f64'), rows);
  return { values, single: type === 'FLOAT' };
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL|BOOLEAN)/;
const TIME_TYPE = /^(TIMESTAMP|DATE)/;

/** SQL of a column's seconds since 1970; null where it has none. */
export function secondsSql({ columns }: Pick<IngestedRows['outcome'], 'columns'>, column: string): string {
  const { type } = columns.find(({ name }) => name === column) ?? { type: 'VARCHAR' };
  return numberSql(type, 'time', column)(internalName(columns, column));
}

/** Makes SQL of a column's name into SQL of its number; fails for a column that has none. */
function numberSql(type: string, form: 'number' | 'time', column: string): (sql: string) => string {
  if (TIME_TYPE.test(type)) {
    if (form === 'time') return (sql) => `epoch(CAST(${sql} AS TIMESTAMP))`;
  } else if (NUMBER_TYPE.test(type)) {
    return (sql) => `CAST(${sql} AS DOUBLE)`;
  }
  throw new TrainerError(
    form === 'time' ? 'not-a-time' : 'not-a-number',
    `column "${column}" is ${type}; its feature needs ${form === 'time' ? 'times, or numbers of seconds since 1970' : 'numbers'}`,
    `set dataset.columns["${column}"].cast to ${form === 'time' ? '"timestamp"' : '"float64"'}, or choose another transform`,
    { stage: 'transform' },
  );
}

/** Texts are read as times by the code that reads them in a request. */
function writtenTimes({ texts, codes }: TextColumn): Float64Array {
  const times = [NaN, ...texts.map(secondsOf)];
  return Float64Array.from(codes, (code) => times[code] ?? NaN);
}

async function numbersOf(
  ingested: IngestedRows,
  column: string,
  number: (sql: string) => string,
  folder: string,
): Promise<Float64Array> {
  const values = new Float64Array(ingested.outcome.rowsKept);
  const value = number(internalName(ingested.outcome.columns, column));
  await withRows(ingested, folder, (database) =>
    database.scan(
      `SELECT n, CASE WHEN isfinite(${value}) THEN ${value} ELSE 'nan'::DOUBLE END FROM rows`,
      ([n = [], number_ = []]) => n.forEach((row, i) => (values[row as number] = number_[i] as number)),
    ),
  );
  return values;
}
