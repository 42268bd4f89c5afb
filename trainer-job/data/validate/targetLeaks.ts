/** Features that tell the target: whoever asks for a prediction does not have them, so that the figures of a test promise too much. */
import { featureColumns, runWarning, type RunWarning, type TrainingSpec, whole } from '@trainyard/shared';
import { z } from 'zod';
import type { Database } from '../database.js';
import { basicType, doubleSql, measureSql, type RowsColumn } from './profile/columnSql.js';

/** Above this the order of one column is that of the other, but for a few rows. */
const ALIKE = 0.999;
/** Of columns of two values: they must be the same row by row, as far as doubles tell. */
const SAME = 1 - 1e-9;
/** Among fewer rows columns may be in one order by chance. */
const FEWEST_ROWS = 30;
/** So many rows are looked at, and fewer where columns are so many that there would be more values than this. */
const MOST_ROWS = 100_000;
const MOST_VALUES = 5_000_000;
const TABLE = 'trainyard_target';

const leakSchema = z.strictObject({
  column: z.string(),
  /** Rank correlation with the target, -1 to 1. */
  correlation: z.number(),
  /** How many rows it is of. */
  rows: z.int(),
});
export const leaksSchema = z.array(leakSchema);
type Leaks = z.infer<typeof leaksSchema>;

interface LeakQuestion {
  target: string;
  threshold: number | null;
  columns: string[];
}

/** Undefined where there is no target, or no feature that could tell it. */
export function leakQuestion({ features }: Pick<TrainingSpec, 'features'>): LeakQuestion | undefined {
  const { query, candidate, target } = features;
  if (!target) return undefined;
  const read = [...query, ...candidate].flatMap((feature) => (feature.id ? [] : featureColumns(feature)));
  const columns = [...new Set(read)].filter((column) => column !== target.column).toSorted();
  return columns.length === 0
    ? undefined
    : { target: target.column, threshold: target.threshold ?? null, columns };
}

/** Looks at a sample of the view `rows`, drawn by a hash of their numbers. */
export async function findLeaks(
  database: Database,
  all: readonly RowsColumn[],
  { target, threshold, columns }: LeakQuestion,
): Promise<Leaks> {
  const number = (name: string) => numberSql(all.find((column) => column.name === name));
  const asked = columns.flatMap((name) => {
    const sql = number(name);
    return sql === undefined ? [] : [{ name, sql }];
  });
  const sought = number(target);
  if (sought === undefined || asked.length === 0) return [];
  const { rows = 0 } = await database.counts('SELECT count(*) AS rows FROM rows');
  const most = Math.min(MOST_ROWS, Math.floor(MOST_VALUES / asked.length));
  await database.run(
    `CREATE OR REPLACE TEMP TABLE ${TABLE} AS SELECT ${sought} AS t, ${asked.map(({ sql }, i) => `${sql} AS f${i}`).join(', ')}
      FROM rows WHERE hash("row") % ${Math.max(1, Math.ceil(rows / most))} = 0`,
  );
  // What a threshold makes of the target is told by less than the target itself.
  const targets = ['t', ...(threshold === null ? [] : [`CAST(t >= ${doubleSql(threshold)} AS DOUBLE)`])];
  const found: Leaks = [];
  for (const [i, { name }] of asked.entries()) {
    for (const of of targets) {
      const leak = await correlated(database, `f${i}`, of);
      if (leak) {
        found.push({ column: name, ...leak });
        break;
      }
    }
  }
  await database.run(`DROP TABLE ${TABLE}`);
  return found;
}

/** Spearman's rank correlation, ties by their mean rank; undefined where it is not as high as that of a leak. */
async function correlated(
  database: Database,
  feature: string,
  target: string,
): Promise<Pick<Leaks[number], 'correlation' | 'rows'> | undefined> {
  const rank = (value: string) =>
    `rank() OVER (ORDER BY ${value}) + (count(*) OVER (PARTITION BY ${value}) - 1) / 2.0`;
  const {
    n = 0,
    fs = 0,
    ts = 0,
  } = await database.counts(
    `SELECT count(*) AS n, count(DISTINCT ${feature}) AS fs, count(DISTINCT ${target}) AS ts FROM ${TABLE} WHERE ${feature} IS NOT NULL AND t IS NOT NULL`,
  );
  if (n < FEWEST_ROWS || fs < 2 || ts < 2) return undefined;
  const { correlation = 0 } = await database.counts(
    `SELECT corr(a, b) AS correlation FROM (SELECT ${rank('f')} AS a, ${rank('t')} AS b
      FROM (SELECT ${feature} AS f, ${target} AS t FROM ${TABLE} WHERE ${feature} IS NOT NULL AND t IS NOT NULL))`,
  );
  return Math.abs(correlation) > (fs === 2 || ts === 2 ? SAME : ALIKE) ? { correlation, rows: n } : undefined;
}

/** Texts are looked up as what they are, and may be numbers all the same. */
function numberSql(column: RowsColumn | undefined): string | undefined {
  if (!column) return undefined;
  switch (basicType(column.type)) {
    case 'number':
    case 'boolean':
      return measureSql(column.internal, column.type);
    case 'text':
      return measureSql(`TRY_CAST(${column.internal} AS DOUBLE)`, 'DOUBLE');
    case 'time':
    case 'nested':
      return undefined;
  }
}

export function leakWarnings(leaks: Leaks, target: string): RunWarning[] {
  return leaks.map(({ column, correlation, rows }) =>
    runWarning(
      'target-leak',
      `column "${column}", which a feature reads, gives the target "${target}" away: in ${whole(rows)} rows that were looked at their rank correlation is ${correlation.toFixed(4)}`,
      'leave the feature out, unless the column is known before the target is',
      { rows },
    ),
  );
}
