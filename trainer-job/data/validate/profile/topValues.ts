import type { Database } from '../../database.js';
import { shownSql } from './columnSql.js';

/**
 * The most frequent values of `groups` with their rows, ties in the order of the values. Of ungrouped rows the candidates
 * are those of a sketch (Filtered Space-Saving), counted exactly.
 */
export async function topValues(
  database: Database,
  limit: number,
  isGrouped: boolean,
): Promise<{ value: string; rows: number }[]> {
  const frequent = isGrouped
    ? `SELECT value, n FROM groups ORDER BY n DESC, value LIMIT ${limit}`
    : `SELECT value, count(*) AS n FROM groups
        WHERE value IN (SELECT unnest(approx_top_k(value, ${limit})) FROM groups)
        GROUP BY value ORDER BY n DESC, value LIMIT ${limit}`;
  const found = await database.rows(
    `SELECT ${shownSql('value')} AS shown, n FROM (${frequent}) ORDER BY n DESC, value`,
  );
  return found.map(({ shown, n }) => ({ value: String(shown), rows: Number(n) }));
}
