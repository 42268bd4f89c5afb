import { DuckDBListValue } from '@duckdb/node-api';
import type { Database } from '../../database.js';

/**
 * The 1st to 99th percentile of the measure in `groups` (columns `m`, `n`), of which `rows` rows have one. The k-th lies at
 * position `(rows - 1) · k / 100` of the sorted rows, between two of them interpolated linearly (Hyndman and Fan, 1996,
 * definition 7). Ungrouped rows are not sorted: their percentiles come from a t-digest.
 */
export async function percentilesOf(database: Database, rows: number, isGrouped: boolean): Promise<number[]> {
  const percents = Array.from({ length: 99 }, (_, i) => i + 1);
  if (!isGrouped) return estimated(database, percents);
  if (rows === 1) {
    const [row = {}] = await database.rows('SELECT min(m) AS m FROM groups');
    return percents.map(() => Number(row['m']));
  }
  const steps = await sorted(database, rows - 1);
  const firstWith = (key: 'below' | 'above', percent: number) =>
    steps.find((step) => step[key] >= percent)?.m ?? NaN;
  return percents.map((percent) => {
    const low = firstWith('below', percent);
    const high = firstWith('above', percent);
    return low + ((high - low) * (((rows - 1) * percent) % 100)) / 100;
  });
}

/**
 * The least measures at which a percentile is reached, in their order. With u rows up to and with a measure, the position
 * before percentile k is among them when `(rows - 1) · k / 100 < u`, the position behind when `(rows - 1) · k / 100 <= u - 1`:
 * `below` and `above` are the greatest k of each. Whole numbers all the way, so nothing is lost to rounding.
 */
async function sorted(
  database: Database,
  last: number,
): Promise<{ below: number; above: number; m: number }[]> {
  const found = await database.rows(
    `SELECT (upto * 100 + ${last} - 1) // ${last} - 1 AS below, (upto - 1) * 100 // ${last} AS above, min(m) AS m FROM
      (SELECT m, CAST(sum(n) OVER (ORDER BY m ROWS UNBOUNDED PRECEDING) AS BIGINT) AS upto FROM groups WHERE m IS NOT NULL)
      GROUP BY ALL ORDER BY m`,
  );
  return found.map(({ below, above, m }) => ({ below: Number(below), above: Number(above), m: Number(m) }));
}

async function estimated(database: Database, percents: readonly number[]): Promise<number[]> {
  const shares = percents.map((percent) => percent / 100);
  const [row = {}] = await database.rows(
    `SELECT approx_quantile(m, [${shares.join(', ')}]) AS q FROM groups`,
  );
  const { q } = row;
  return q instanceof DuckDBListValue ? q.items.map(Number) : [];
}
