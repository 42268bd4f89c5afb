import type { Split } from '@trainyard/shared';
import type { Duck } from '../duck.js';
import type { SplitName } from '../encodedDataset.js';
import { internalName } from '../ingest/columns.js';
import type { IngestOutcome } from '../ingest/ingest.js';

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

/** [rows] 0, 1 or 2 for train, validation and test; and all rows in the split's order where that is not the source's. */
export interface Sides {
  side: Uint8Array;
  order?: Int32Array;
}

/**
 * Splits the rows of the view `rows`. `time` is ordered by its column, nulls first, ties by the row's position in the
 * source. `random` draws from a hash of seed and position.
 */
export async function sidesOf(
  duck: Duck,
  split: Split,
  { columns, rowsKept }: IngestOutcome,
): Promise<Sides> {
  const side = new Uint8Array(rowsKept);
  if (split.strategy === 'time') {
    const order = new Int32Array(rowsKept);
    const { validation, test } = bounds(split, rowsKept);
    let position = 0;
    await duck.scan(
      `SELECT n FROM rows ORDER BY ${internalName(columns, split.column)} NULLS FIRST, n`,
      ([rows = []]) => {
        for (const row of rows as number[]) {
          side[row] = position < validation ? 0 : position < test ? 1 : 2;
          order[position++] = row;
        }
      },
    );
    return { side, order };
  }
  const draw = `(md5_number_lower('${split.seed}:' || row)::DOUBLE / 18446744073709551616.0)`;
  await duck.scan(
    `SELECT n, CASE WHEN ${draw} < ${split.train} THEN 0 WHEN ${draw} < ${1 - split.test} THEN 1 ELSE 2 END FROM rows`,
    ([rows = [], sides = []]) => rows.forEach((row, i) => (side[row as number] = sides[i] as number)),
  );
  return { side };
}
