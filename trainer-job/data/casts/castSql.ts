/** A column after its cleaning. */
import type { ColumnCleaning } from '@trainyard/shared';
import { blanksTrimmed, textSql } from '../ingest/columns.js';
import { doubleOfSql, losesDigitsSql, losesAsWholeSql, truthSql, wholeSql } from './numberSql.js';
import { timeSql, timeVerdictSql } from './timeSql.js';

/**
 * SQL of a value after its cleaning; `source` is SQL of what it is before, of DuckDB's `type`. What is cast to something other than a
 * text has no blanks left to trim.
 */
export function cleanedSql(source: string, type: string, cleaning: ColumnCleaning | undefined): string {
  const { cast, trim, decimal } = cleaning ?? {};
  switch (cast) {
    case 'int64':
      return wholeSql(source, type, decimal);
    case 'float64':
      return doubleOfSql(source, type, decimal);
    case 'boolean':
      return truthSql(source, type);
    case 'timestamp':
      return timeSql(source, type, cleaning ?? {});
    case 'string':
    case undefined:
      if (trim) return blanksTrimmed(textSql(source));
      return cast ? textSql(source) : source;
  }
}

/** SQL of the verdict on a value that is cast. */
export function castVerdictSql(source: string, type: string, cleaning: ColumnCleaning): string {
  if (cleaning.cast === 'timestamp') return timeVerdictSql(source, type, cleaning);
  const changed = cleaning.round ? 'false' : changedSql(source, type, cleaning);
  const failed = `${cleanedSql(source, type, cleaning)} IS NULL`;
  return `CASE WHEN ${source} IS NULL THEN NULL WHEN ${failed} AND NOT coalesce(${changed}, false) THEN 'failed'
    WHEN ${changed} THEN 'changed' ELSE 'ok' END`;
}

function changedSql(source: string, type: string, { cast, decimal }: ColumnCleaning): string {
  if (cast === 'int64') return losesAsWholeSql(source, type, decimal);
  if (cast === 'float64') return losesDigitsSql(source, type);
  return 'false';
}
