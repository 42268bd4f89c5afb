/**
 * A forest of regression trees, as scikit-learn's `RandomForestRegressor` with its defaults: each tree is grown to its end on a
 * sample with replacement, by the split that lowers the squared error most, over all columns.
 */
import { randomFor, type Random } from '@trainyard/shared';

const TREES = 100;

interface Data {
  /** Column by column, as many numbers as rows. */
  columns: readonly (readonly number[])[];
  target: readonly number[];
}

/** The share of each column in what the trees explain, the mean of the trees; all 0 where there is nothing to explain. */
export function forestImportance(data: Data, seed: number): number[] {
  const sums = data.columns.map(() => 0);
  for (let tree = 0; tree < TREES; tree++) {
    const gains = treeGains(data, randomFor(seed, `tree ${tree}`));
    const total = gains.reduce((sum, gain) => sum + gain, 0);
    if (total > 0)
      for (const [column, gain] of gains.entries()) sums[column] = (sums[column] ?? 0) + gain / total;
  }
  const all = sums.reduce((sum, own) => sum + own, 0);
  return sums.map((own) => (all > 0 ? own / all : 0));
}

/** By how much each column lowers the sum of squared errors in one tree. */
function treeGains({ columns, target }: Data, random: Random): number[] {
  const gains = columns.map(() => 0);
  const sample = target.map(() => Math.floor(random() * target.length));
  const open = [sample];
  for (let rows = open.pop(); rows; rows = open.pop()) {
    const split = bestSplit(columns, target, rows, random);
    if (!split) continue;
    gains[split.column] = (gains[split.column] ?? 0) + split.gain;
    const values = columns[split.column] ?? [];
    open.push(
      rows.filter((row) => (values[row] ?? 0) <= split.at),
      rows.filter((row) => (values[row] ?? 0) > split.at),
    );
  }
  return gains;
}

interface Split {
  column: number;
  /** Rows up to here go to one side. */
  at: number;
  gain: number;
}

/** Columns are gone through from a random one on, so that none of equals is preferred; undefined where all targets or all columns are equal. */
function bestSplit(
  columns: Data['columns'],
  target: Data['target'],
  rows: readonly number[],
  random: Random,
): Split | undefined {
  const of = (values: readonly number[], row: number) => values[row] ?? 0;
  const total = rows.reduce((sum, row) => sum + of(target, row), 0);
  const first = of(target, rows[0] ?? 0);
  if (rows.every((row) => of(target, row) === first)) return undefined;
  const begin = Math.floor(random() * columns.length);
  let found: Split | undefined;
  for (let i = 0; i < columns.length; i++) {
    const column = (begin + i) % columns.length;
    const values = columns[column] ?? [];
    const sorted = rows.toSorted((a, b) => of(values, a) - of(values, b));
    let below = 0;
    for (const [k, row] of sorted.slice(0, -1).entries()) {
      below += of(target, row);
      const [own, next] = [of(values, row), of(values, sorted[k + 1] ?? 0)];
      if (own === next) continue;
      const count = k + 1;
      const gain =
        below ** 2 / count + (total - below) ** 2 / (rows.length - count) - total ** 2 / rows.length;
      if (!found || gain > found.gain) found = { column, at: own, gain };
    }
  }
  return found;
}
