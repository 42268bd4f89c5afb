import type { Split } from '@trainyard/shared';
import type { SplitName } from '../encodedDataset.js';

/** 0, 1 and 2 in the encoded rows. */
export const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];

/** Shares are of binary fractions: 0.95 · 400 must be 380, not 379. */
const ROUNDING = 1e-6;

/** Positions of the first validation and the first test row, of `rows` rows in the split's order. */
function bounds(split: Split, rows: number): { validation: number; test: number } {
  return {
    validation: Math.floor(rows * split.train + ROUNDING),
    test: Math.floor(rows * (1 - split.test) + ROUNDING),
  };
}

/** Rows per split: exact for `time`, expected for `random`. */
export function splitSizes(split: Split, rows: number): Record<SplitName, number> {
  if (split.strategy === 'random') {
    return { train: rows * split.train, validation: rows * split.validation, test: rows * split.test };
  }
  const { validation, test } = bounds(split, rows);
  return { train: validation, validation: test - validation, test: rows - test };
}

/**
 * SQL of a table `numbered` with all of `rows`, `position` in the split's order and `split`, 0 to 2. `time` is ordered by
 * `orderColumn`, nulls first, ties by the row's position in the source. `random` draws from a hash of seed and position.
 */
export function numberedSql(split: Split, orderColumn: string | undefined, rows: number): string {
  if (split.strategy === 'time') {
    const { validation, test } = bounds(split, rows);
    return `CREATE TABLE numbered AS
      SELECT *, CASE WHEN position < ${validation} THEN 0 WHEN position < ${test} THEN 1 ELSE 2 END AS split
      FROM (SELECT *, row_number() OVER (ORDER BY ${orderColumn ?? 'row'} NULLS FIRST, row) - 1 AS position FROM rows)`;
  }
  const draw = `(md5_number_lower('${split.seed}:' || row)::DOUBLE / 18446744073709551616.0)`;
  return `CREATE TABLE numbered AS
    SELECT *, row AS position,
      CASE WHEN ${draw} < ${split.train} THEN 0 WHEN ${draw} < ${1 - split.test} THEN 1 ELSE 2 END AS split
    FROM rows`;
}
