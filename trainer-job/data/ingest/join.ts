import type { Join } from '@trainyard/shared';
import { textSql } from './columns.js';
import type { Table } from './table.js';
import { identifier, type Database } from '../database.js';
import { TrainerError } from '../../errors/trainerError.js';

/** SQL that is true where two keys are equal; of different types, where their texts are, as a lookup compares them. */
export function joinKeySql(mine: string, mineType: string, theirs: string, theirType: string): string {
  return mineType === theirType ? `${mine} = ${theirs}` : `${textSql(mine)} = ${textSql(theirs)}`;
}

/** Fails with a `TrainerError` where a key is in the other table more than once: which row is meant cannot be told. */
export async function checkKeys(database: Database, { table, on }: Join, other: Table): Promise<void> {
  const keys = Object.values(on);
  // As texts, since keys of another type are compared so: 1 and 1.0 are one key.
  const texts = keys.map((name) => textSql(identifier(name)));
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
