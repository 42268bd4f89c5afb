/** The column that a rating predicts: each row's number, in the order of the places, and what it becomes for training. */
import type { Target } from '@trainyard/shared';
import { withoutOutlier } from '@trainyard/recommender/encode/outliers';
import { encodedTarget, type FittedTarget } from '@trainyard/recommender/encode/target';
import { fitTarget } from '../../features/fitTarget.js';
import { numberColumn } from './columnPieces.js';
import { outliersOf, type OutlierPolicy } from './corrections.js';
import { isComputable, isSingle, largestOf, tooLarge } from './overflow.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import { SPLITS } from './split/sides.js';
import type { SplitRows } from './split/splitRows.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface EncodedTarget {
  fitted: FittedTarget;
  /** [rows] in the column's own units, NaN where there is no number. */
  values: Float32Array;
  /** How many rows of each split have one. */
  rows: SplitRows['rows'];
}

export async function encodeTarget(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  target: Target,
  policy?: OutlierPolicy,
): Promise<EncodedTarget> {
  const { values: column } = await numberColumn(cache, ingested, target.column, 'number');
  const placed = new Float64Array(column.length);
  column.forEach((value, row) => (placed[split.place[row]!] = value));
  // Results are held against what was there: validation and test keep their outliers.
  const learned = placed.subarray(0, split.rows.train);
  const outliers = outliersOf(
    policy,
    learned.filter((value) => !Number.isNaN(value)),
  );
  learned.forEach((value, at) => (learned[at] = withoutOutlier(outliers, value)));
  const [train = [], validation = [], test = []] = partsOf(placed, split.rows);
  const rows = { train: train.length, validation: validation.length, test: test.length };
  for (const name of SPLITS) if (rows[name] === 0) throw noTarget(target.column, name);
  const fitted = fitTarget(target, Float64Array.from(train));
  const largest = largestOf(placed);
  const isUsable =
    fitted.threshold !== null ||
    (isSingle(largest) && isComputable(encodedTarget(fitted, largest)) && Number.isFinite(fitted.std));
  if (!isUsable) throw tooLarge(target.column, largest, 'features.target');
  return { fitted, values: Float32Array.from(placed), rows };
}

/** The numbers that there are, of each split. */
function partsOf(placed: Float64Array, rows: SplitRows['rows']): Float64Array[] {
  let from = 0;
  return SPLITS.map((name) => {
    const part = placed.subarray(from, from + rows[name]);
    from += rows[name];
    return part.filter((value) => !Number.isNaN(value));
  });
}

function noTarget(column: string, split: string): TrainerError {
  return new TrainerError(
    'empty-target',
    `column "${column}", the target, has no number in any row of the ${split} split`,
    'name the right column in features.target, correct its cast in dataset.columns, or bring rows that have one',
    { stage: 'transform' },
  );
}
