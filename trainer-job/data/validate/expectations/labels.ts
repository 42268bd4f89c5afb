import type { Database } from '../../database.js';
import { doubleSql } from '../profile/columnSql.js';
import { MAX_EXAMPLES } from '@trainyard/shared/profile/validation';
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
  database: Database,
  { measure, user, item, z }: { measure: string; user: string; item: string; z: number },
): Promise<RowResult> {
  const present = `${user} IS NOT NULL AND ${item} IS NOT NULL AND ${measure} IS NOT NULL`;
  const [overall = {}] = await database.rows(`SELECT avg(${measure}) AS mean FROM rows WHERE ${present}`);
  if (overall['mean'] === null) return { count: 0, total: 0, examples: [] };
  const centred = `${measure} - ${doubleSql(Number(overall['mean']))}`;
  // Neighbouring rows go to folds as if at random: Knuth's multiplicative hash.
  await database.run(
    `CREATE OR REPLACE TEMP TABLE labelled AS SELECT row, ${user} AS u, ${item} AS i, ${measure} AS y,
      ${centred} AS c, ${centred} AS r,
      CAST((row * 2654435761) % 4294967296 // (4294967296 // ${FOLDS} + 1) AS INTEGER) AS fold FROM rows WHERE ${present}`,
  );
  await subtractBias(database, 'labelled', 'u', 'less_user');
  await subtractBias(database, 'less_user', 'i', 'residuals');
  const [spread = {}] = await database.rows(
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
          count: (await database.counts(`SELECT count(*) AS n FROM residuals WHERE ${suspect}`))['n'] ?? 0,
          total,
          examples: await examplesOf(
            database,
            `SELECT row, y || ' where about ' || round(y - r, 2) || ' is expected' AS value FROM residuals WHERE ${suspect}
              ORDER BY abs(r - ${doubleSql(mean)}) DESC, row LIMIT ${MAX_EXAMPLES}`,
          ),
        };
  await database.run('DROP TABLE residuals');
  return result;
}

/**
 * Writes `from` to the table `to` with the bias of `key` taken from the residual `r`. Sums outside a fold are those of all
 * rows less those of the fold. One key at a time: joined at once, the biases could be paired with each other by their fold.
 */
async function subtractBias(database: Database, from: string, key: 'u' | 'i', to: string): Promise<void> {
  await database.run(
    `CREATE OR REPLACE TEMP TABLE biases AS
      WITH part AS (SELECT ${key}, fold, sum(c) AS s, count(*) AS n FROM ${from} GROUP BY ${key}, fold),
        whole AS (SELECT ${key}, sum(s) AS s, sum(n) AS n FROM part GROUP BY ${key})
      SELECT part.${key}, part.fold, (whole.s - part.s) / (whole.n - part.n + ${DAMPING}) AS bias
      FROM part JOIN whole ON whole.${key} = part.${key} WHERE whole.n > part.n`,
  );
  await database.run(
    `CREATE OR REPLACE TEMP TABLE ${to} AS SELECT f.* REPLACE (f.r - b.bias AS r)
      FROM ${from} f JOIN biases b ON b.${key} = f.${key} AND b.fold = f.fold`,
  );
  await database.run('DROP TABLE biases');
  await database.run(`DROP TABLE ${from}`);
}
