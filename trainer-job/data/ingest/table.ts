/** The source as a table of SQL: its columns have their names and the types in which the later stages know them. */
import { withoutNan } from './columns.js';
import { identifier, type Database } from '../database.js';
import { openRows, typesOf, type IsTime, type Rows } from '../source/openRows.js';
import type { SourceFiles } from '../source/source.js';
import { reading } from '../source/sourceProblem.js';

export interface Table extends Rows {
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
  isTime: IsTime,
): Promise<Table> {
  return reading(source, async () => {
    const { sql: rows, types, unusable, warnings } = await readAsWritten(database, source, tableName, isTime);
    const columns = [...types].map(
      ([name, type]) => `${stored(identifier(name), type)} AS ${identifier(name)}`,
    );
    const sql = `(SELECT ${columns.join(', ')} FROM ${rows})`;
    return {
      sql,
      types: await typesOf(database, `SELECT * FROM ${sql}`),
      nested: new Map([...types].filter(([, type]) => isNested(type))),
      unusable,
      warnings,
    };
  });
}

/** The same columns in the types of the file: `sql` sees lists as lists. */
export async function readAsWritten(
  database: Database,
  source: SourceFiles,
  tableName: string,
  isTime: IsTime,
): Promise<Omit<Table, 'nested'>> {
  return reading(source, async () => {
    const rows = await openRows(database, source, tableName, isTime);
    const types = await typesOf(database, `SELECT * FROM ${rows.sql}`);
    const columns = [...types].map(([name, type]) => {
      const value = identifier(name);
      return /^(DOUBLE|FLOAT)$/.test(type) ? `${withoutNan(value)} AS ${value}` : value;
    });
    return { ...rows, sql: `(SELECT ${columns.join(', ')} FROM ${rows.sql})`, types };
  });
}

/** Lists, arrays, structs, maps and unions. */
function isNested(type: string): boolean {
  return /\]$|^(STRUCT|MAP|UNION)\(/.test(type);
}

/** SQL of a value as one of the types that stages know: numbers, truth values, times and text. */
function stored(sql: string, type: string): string {
  // Parquet has no whole numbers of 128 bits. As floating-point numbers, ids that differ in their last digits would be one.
  if (/^U?HUGEINT$/.test(type)) return `CAST(${sql} AS DECIMAL(38,0))`;
  // Older writers leave texts unmarked, which makes bytes of them; what is no text keeps its escapes. A text of SQL ends at a NUL.
  if (type === 'BLOB') {
    const text = `TRY(decode(${sql}))`;
    return `CASE WHEN NOT contains(${text}, chr(0)) THEN ${text} ELSE CAST(${sql} AS VARCHAR) END`;
  }
  const isKnown =
    /^(BOOLEAN|VARCHAR|DATE|DOUBLE|FLOAT|U?(TINY|SMALL|BIG)?INT(EGER)?|DECIMAL\(\d+,\d+\)|TIME|TIMESTAMP(_\w+| WITH TIME ZONE)?)$/;
  return isKnown.test(type) ? sql : `CAST(${sql} AS VARCHAR)`;
}
