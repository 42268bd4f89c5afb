import type { Duck } from '../../duck.js';
import { doubleSql } from '../profile/columnSql.js';
import { MAX_EXAMPLES } from './finding.js';
import { examplesOf, type RowResult } from './rowResult.js';

const FOLDS = 5;
/** Rows of the mean that a user or item with few rows is pulled towards. */
const DAMPING = 5;

/**
 * Labels y that are probably wrong: a user's and an item's other labels say otherwise. The rows are in five folds; each is
 * predicted by ŷ = μ + b_user + b_item, where μ is the mean of all labels and b = Σ (y − μ) / (n + 5) is the damped mean of
 * the user's, and of the item's, n rows in the other folds (after Koren, Factor in the Neighbors, 2010, section 2.1). A row is
 * suspect when its residual y − ŷ is more than `z` standard deviations of all residuals from their mean. Rows are judged
 * whose user and item both have rows in other folds.
 */
export async function suspectLabels(
  duck: Duck,
  { measure, user, item, z }: { measure: string; user: string; item: string; z: number },
): Promise<RowResult> {
  // Neighbouring rows go to folds as if at random: Knuth's multiplicative hash.
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE labelled AS SELECT row, ${user} AS u, ${item} AS i, ${measure} AS y,
      CAST((row * 2654435761) % 4294967296 // (4294967296 // ${FOLDS} + 1) AS INTEGER) AS fold FROM rows
      WHERE ${user} IS NOT NULL AND ${item} IS NOT NULL AND ${measure} IS NOT NULL`,
  );
  await duck.run(residualsSql());
  const [spread = {}] = await duck.rows(
    'SELECT count(*) AS n, avg(r) AS mean, stddev_samp(r) AS std FROM residuals',
  );
  const [total, mean, std] = [Number(spread['n']), Number(spread['mean']), Number(spread['std'])];
  // Residuals that are all but equal are rounding, not labels.
  const limit = Math.max(z * std, 1e-9);
  const suspect = `abs(r - ${doubleSql(mean)}) > ${doubleSql(limit)}`;
  const result =
    total < 2
      ? { count: 0, total, examples: [] }
      : {
          count: (await duck.counts(`SELECT count(*) AS n FROM residuals WHERE ${suspect}`))['n'] ?? 0,
          total,
          examples: await examplesOf(
            duck,
            `SELECT row, y || ' where about ' || round(y - r, 2) || ' is expected' AS value FROM residuals WHERE ${suspect}
              ORDER BY abs(r - ${doubleSql(mean)}) DESC, row LIMIT ${MAX_EXAMPLES}`,
          ),
        };
  await duck.run('DROP TABLE residuals');
  await duck.run('DROP TABLE labelled');
  return result;
}

/** Sums outside a fold are those of all rows less those of the fold. */
function residualsSql(): string {
  const biases = (key: string) => `
    SELECT whole.${key}, f.fold, (whole.s - coalesce(part.s, 0)) / (whole.n - coalesce(part.n, 0) + ${DAMPING}) AS bias
    FROM (SELECT ${key}, sum(c) AS s, count(*) AS n FROM centred GROUP BY ${key}) whole
    CROSS JOIN (SELECT unnest(range(${FOLDS})) AS fold) f
    LEFT JOIN (SELECT ${key}, fold, sum(c) AS s, count(*) AS n FROM centred GROUP BY ${key}, fold) part
      ON part.${key} = whole.${key} AND part.fold = f.fold
    WHERE whole.n > coalesce(part.n, 0)`;
  return `CREATE OR REPLACE TEMP TABLE residuals AS
    WITH centred AS (SELECT *, y - (SELECT avg(y) FROM labelled) AS c FROM labelled),
      users AS (${biases('u')}), items AS (${biases('i')})
    SELECT row, y, c - users.bias - items.bias AS r FROM centred
      JOIN users ON users.u = centred.u AND users.fold = centred.fold
      JOIN items ON items.i = centred.i AND items.fold = centred.fold`;
}
