import type { Join, TimeUnit } from '@trainyard/shared';
import { isTimeType, timeSql } from '../casts/timeSql.js';
import { textSql } from './columns.js';
import type { Table } from './table.js';
import { identifier, type Database } from '../database.js';
import { TrainerError } from '../../errors/trainerError.js';

/** A pair of columns that a join compares. */
export interface JoinKey {
  /** The type of the column here, and the unit of its numbers where they are times. */
  mine: { type: string; unit?: TimeUnit | undefined };
  /** The column of the other table. */
  theirs: { name: string; type: string };
}

/**
 * Makes SQL of a value on each side into SQL of what is compared: the values of one type, times where one side has them, in whatever
 * form the other has its own, and else their texts, as a lookup compares them.
 */
function comparedSql({ mine, theirs }: JoinKey): {
  mine: (sql: string) => string;
  theirs: (sql: string) => string;
} {
  if (mine.type === theirs.type) return { mine: (sql) => sql, theirs: (sql) => sql };
  if (isTimeType(mine.type) || isTimeType(theirs.type)) {
    return {
      mine: (sql) => timeSql(sql, mine.type, { unit: mine.unit }),
      theirs: (sql) => timeSql(sql, theirs.type, {}),
    };
  }
  return { mine: textSql, theirs: textSql };
}

/** SQL that is true where two keys are equal. */
export function joinKeySql(key: JoinKey, mine: string, theirs: string): string {
  const compared = comparedSql(key);
  return `${compared.mine(mine)} = ${compared.theirs(theirs)}`;
}

/** Fails with a `TrainerError` where a key is in the other table more than once: which row is meant cannot be told. */
export async function checkKeys(
  database: Database,
  { table, on }: Join,
  other: Table,
  joined: readonly JoinKey[],
): Promise<void> {
  const keys = Object.values(on);
  // As texts, since keys of another type are compared so: 1 and 1.0 are one key.
  const texts = joined.map((key) => textSql(comparedSql(key).theirs(identifier(key.theirs.name))));
  const [row = {}] = await database.rows(
    `SELECT count(*) AS n, min(example) AS example FROM (
      SELECT concat_ws(', ', ${texts.join(', ')}) AS example FROM ${other.sql}
      WHERE ${keys.map((name) => `${identifier(name)} IS NOT NULL`).join(' AND ')}
      GROUP BY ${texts.join(', ')} HAVING count(*) > 1)`,
  );
  if (Number(row['n']) === 0) return;
  const example = typeof row['example'] === 'string' ? row['example'].slice(0, 100) : '';
  throw new TrainerError(
    'duplicate-key',
    `table "${table}" has ${Number(row['n'])} keys more than once, such as ${keys.map((key) => `"${key}"`).join(', ')} = "${example}"`,
    `keep one row for each ${keys.join(', ')} in the table, or join on more columns`,
    { stage: 'ingest' },
  );
}
