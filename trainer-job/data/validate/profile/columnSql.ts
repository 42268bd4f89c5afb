import { textSql } from '../../ingest/columns.js';
import { MAX_TEXT, type Measure } from '@trainyard/shared/profile/profile';

/** A column of `rows.parquet` with the type that DuckDB gives it. */
export interface RowsColumn {
  name: string;
  /** Its name in the file. */
  internal: string;
  type: string;
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DOUBLE|FLOAT|DECIMAL)\b/;
const TIME = /^(TIMESTAMP|DATE|TIME)\b|^TIMESTAMP/;

export type BasicType = 'number' | 'time' | 'boolean' | 'text' | 'nested';

export function basicType(type: string): BasicType {
  if (/[[(]/.test(type) && !type.startsWith('DECIMAL')) return 'nested';
  if (NUMBER.test(type)) return 'number';
  if (TIME.test(type)) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return 'text';
}

export function isWhole(type: string): boolean {
  return basicType(type) === 'number' && /INT/.test(type);
}

export function measureOf(type: string): Measure {
  switch (basicType(type)) {
    case 'number':
    case 'boolean':
      return 'value';
    case 'time':
      return 'epochSeconds';
    case 'text':
    case 'nested':
      return 'length';
  }
}

/** Squares of larger numbers would leave the range of doubles. */
const LARGEST = '1e150';

/** SQL of a value's measure as a DOUBLE; null where it has no finite one. */
export function measureSql(value: string, type: string): string {
  switch (basicType(type)) {
    case 'number':
      return finite(`CAST(${value} AS DOUBLE)`);
    case 'boolean':
      return `CAST(${value} AS DOUBLE)`;
    case 'time':
      // Infinite times have no epoch.
      return /^TIME\b/.test(type)
        ? `CAST(epoch(${value}) AS DOUBLE)`
        : `CASE WHEN isfinite(${value}) THEN CAST(epoch(${value}) AS DOUBLE) END`;
    case 'text':
    case 'nested':
      return `CAST(length(CAST(${value} AS VARCHAR)) AS DOUBLE)`;
  }
}

function finite(double: string): string {
  return `CASE WHEN abs(${double}) < ${LARGEST} THEN ${double} END`;
}

/** SQL of a value as the text that a profile shows. */
export function shownSql(value: string): string {
  return `left(${textSql(value)}, ${MAX_TEXT})`;
}

/** A double as SQL sees it, to the last bit. */
export function doubleSql(value: number): string {
  return `'${value}'::DOUBLE`;
}
