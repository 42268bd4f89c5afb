import { literal } from '../database.js';

/** The name inside `rows.parquet` of a column that was ingested. */
export function internalName(columns: readonly { name: string; internal: string }[], name: string): string {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`column ${name} was not ingested`);
  return column.internal;
}

/** What `String.trim` removes, so that a server can clean a value as training did. */
const BLANKS =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a' +
  '\u2028\u2029\u202f\u205f\u3000\ufeff';

export function blanksTrimmed(sql: string): string {
  return `trim(${sql}, ${literal(BLANKS)})`;
}

/** SQL of a value as the text that JavaScript writes: whole floating-point numbers without ".0", and zero without a sign. */
export function textSql(sql: string): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  return `CASE WHEN typeof(${sql}) IN ('DOUBLE', 'FLOAT') THEN regexp_replace(${text}, '^-(0)\\.0$|\\.0$', '\\1') ELSE ${text} END`;
}

/** Null for not-a-number, which is how some writers store a number that is missing. */
export function withoutNan(sql: string): string {
  return `nullif(${sql}, 'nan'::DOUBLE)`;
}
