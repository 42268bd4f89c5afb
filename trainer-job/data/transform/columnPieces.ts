/**
 * Columns of the ingested rows in the canonical forms that encoders take (the recommender's `encode/value.ts`). DuckDB finds the distinct
 * texts of a column and which row has which; what they are encoded as is not its business.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeUnitSchema, type TimeUnit, ownValue } from '@trainyard/shared';
import { z } from 'zod';
import { secondsOf } from '@trainyard/recommender/encode/value';
import { unpackTexts } from '@trainyard/recommender/format/texts';
import { identifier, type Database } from '../database.js';
import { internalName, textSql } from '../ingest/columns.js';
import { packTexts, readArray, writeArrays } from '../typedFiles.js';
import { basicType, type BasicType } from '../validate/profile/columnSql.js';
import type { PieceCache } from './pieces.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import { timeColumn, unitOfTexts, type TimeUse } from './timeColumn.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same column would be read otherwise. */
const COLUMN_VERSION = 3;

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
  /** The unit of times that are numbers, or were before they were cast. */
  unit?: TimeUnit | undefined;
}

/** What a column is read as: its numbers, or its times and what for. */
type NumberForm = 'number' | TimeUse;

export async function numberColumn(
  cache: PieceCache,
  ingested: IngestedRows,
  column: string,
  form: NumberForm,
): Promise<NumberColumn> {
  const rows = ingested.outcome.rowsKept;
  const { type } = ingested.outcome.columns.find(({ name }) => name === column) ?? { type: 'VARCHAR' };
  const { folder, outcome } = await cache({
    key: { piece: 'numbers', version: COLUMN_VERSION, rows: ingested.digest, column, form },
    outcome: z.strictObject({ type: z.string(), unit: timeUnitSchema.optional() }),
    produce: async (target) => {
      const { values, unit } =
        form === 'number'
          ? { values: await numbersOf(ingested, numberSql(ingested, type, column), target) }
          : await timesOf(cache, ingested, column, form, target);
      await writeArrays(join(target, 'values.f64'), values);
      return { type, ...(unit && { unit }) };
    },
  });
  const values = await readArray(Float64Array, join(folder, 'values.f64'), rows);
  return { values, single: type === 'FLOAT', unit: outcome.unit };
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL|BOOLEAN)/;

const HELD: Readonly<Record<BasicType, string>> = {
  number: 'numbers',
  time: 'times',
  boolean: 'truth values',
  text: 'text',
  nested: 'lists or structs',
};

/** SQL of a column's number; fails for a column that has none. */
function numberSql({ outcome }: IngestedRows, type: string, column: string): string {
  if (NUMBER_TYPE.test(type)) return `CAST(${internalName(outcome.columns, column)} AS DOUBLE)`;
  const nested = ownValue(outcome.nested, column);
  if (nested !== undefined)
    throw new TrainerError(
      'not-a-number',
      `column "${column}" holds several values a row (${nested.slice(0, 80)}) where one number is needed`,
      `choose one in dataset.sql, such as ${identifier(column)}[1] of a list or ${identifier(column)}.name of a struct`,
      { stage: 'transform' },
    );
  throw new TrainerError(
    'not-a-number',
    `column "${column}" holds ${HELD[basicType(type)]} where numbers are needed`,
    `set dataset.columns["${column}"].cast to "float64", or to "boolean" if it says yes and no, or choose another column or transform`,
    { stage: 'transform' },
  );
}

async function timesOf(
  cache: PieceCache,
  ingested: IngestedRows,
  column: string,
  use: TimeUse,
  folder: string,
): Promise<Pick<NumberColumn, 'values' | 'unit'>> {
  const { columns, timeUnits } = ingested.outcome;
  if (columns.find(({ name }) => name === column)?.type === 'VARCHAR') {
    const { texts, codes } = await textColumn(cache, ingested, column);
    const unit = unitOfTexts(column, texts, ownValue(timeUnits, column), use);
    // Texts are read as times by the code that reads them in a request.
    const times = [NaN, ...texts.map((text) => secondsOf(text, unit))];
    return { values: Float64Array.from(codes, (code) => times[code] ?? NaN), unit };
  }
  return withRows(ingested, folder, async (database) => {
    const { seconds, unit } = await timeColumn(database, ingested.outcome, column, use);
    return { values: await scanned(database, ingested, seconds), unit };
  });
}

function numbersOf(ingested: IngestedRows, number: string, folder: string): Promise<Float64Array> {
  return withRows(ingested, folder, (database) => scanned(database, ingested, number));
}

async function scanned(database: Database, ingested: IngestedRows, number: string): Promise<Float64Array> {
  const values = new Float64Array(ingested.outcome.rowsKept);
  await database.scan(
    `SELECT n, CASE WHEN isfinite(${number}) THEN ${number} ELSE 'nan'::DOUBLE END FROM rows`,
    ([n = [], numbers = []]) => n.forEach((row, i) => (values[row as number] = numbers[i] as number)),
  );
  return values;
}
