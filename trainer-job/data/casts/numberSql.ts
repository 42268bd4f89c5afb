/** Numbers and truth values of texts and of other types. */
import type { ColumnCleaning } from '@trainyard/shared';
import { textSql, withoutNan } from '../ingest/columns.js';
import { literal } from '../database.js';

/** What may stand between groups of three digits whatever the decimal sign: blanks, with those that do not break, and apostrophes. */
const GROUPING = " \u00a0\u202f'’";

/** SQL of a value, with a text written as SQL writes numbers; null for a text that is none with this decimal sign. */
function written(source: string, type: string, decimal: ColumnCleaning['decimal']): string {
  if (decimal === undefined || type !== 'VARCHAR') return source;
  const group = `[${GROUPING}${decimal === ',' ? '.' : ','}]`;
  const sign = decimal === ',' ? ',' : '\\.';
  const form = `[+-]?(\\d+|\\d{1,3}(${group}\\d{3})+)?(${sign}\\d*)?([eE][+-]?\\d+)?`;
  const text = `trim(${source})`;
  return `CASE WHEN regexp_full_match(${text}, ${literal(form)})
    THEN replace(regexp_replace(${text}, ${literal(group)}, '', 'g'), ${literal(decimal)}, '.') END`;
}

/** SQL of a value as a double; null where it is none, and for not-a-number. */
export function doubleOfSql(source: string, type: string, decimal: ColumnCleaning['decimal']): string {
  return withoutNan(`try_cast(${written(source, type, decimal)} AS DOUBLE)`);
}

/** SQL of a value as a whole number, halves rounded away from zero; null where it is none or out of range. */
export function wholeSql(source: string, type: string, decimal: ColumnCleaning['decimal']): string {
  return `try_cast(${written(source, type, decimal)} AS BIGINT)`;
}

/** SQL that is true where a whole number of 64 bits would be another one than the value, or cannot hold it. */
export function losesAsWholeSql(source: string, type: string, decimal: ColumnCleaning['decimal']): string {
  const double = doubleOfSql(source, type, decimal);
  const isBeyond = `(isfinite(${double}) AND ${wholeSql(source, type, decimal)} IS NULL)`;
  return `(trunc(${double}) <> ${double} OR ${isBeyond})`;
}

const WHOLE_TYPE = /^U?(BIG|HUGE)INT$/;
/** With fewer digits every whole number is a double. */
const MANY_DIGITS = '\\s*[+-]?\\d{16,38}\\s*';

/** SQL that is true where a whole number is beyond those that doubles tell apart. */
export function losesDigitsSql(source: string, type: string): string {
  const isRounded = (value: string) =>
    `(try_cast(CAST(${value} AS DOUBLE) AS HUGEINT) IS DISTINCT FROM try_cast(${value} AS HUGEINT))`;
  if (WHOLE_TYPE.test(type)) return isRounded(source);
  if (type !== 'VARCHAR') return 'false';
  return `CASE WHEN regexp_full_match(${source}, ${literal(MANY_DIGITS)}) THEN ${isRounded(source)} ELSE false END`;
}

const TRUE_TEXTS = ['true', 't', 'yes', 'y', '1'].map(literal).join(', ');
const FALSE_TEXTS = ['false', 'f', 'no', 'n', '0'].map(literal).join(', ');

/** SQL of a value as a truth value, by the texts that the transform `boolean` knows and by the numbers 1 and 0. */
export function truthSql(source: string, type: string): string {
  if (type === 'BOOLEAN') return source;
  const text = `lower(trim(${textSql(source)}))`;
  const number = `try_cast(${text} AS DOUBLE)`;
  return `CASE WHEN ${text} IN (${TRUE_TEXTS}) OR ${number} = 1 THEN true
    WHEN ${text} IN (${FALSE_TEXTS}) OR ${number} = 0 THEN false END`;
}
