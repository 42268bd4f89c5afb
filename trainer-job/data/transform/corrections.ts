/** What `dataset.columns[…].outliers` makes of columns: fitted on the training rows, and counted. */
import { fittedOutliersSchema, isOutlier, type FittedOutliers } from '@trainyard/recommender/encode/outliers';
import type { Dataset } from '@trainyard/shared';
import { z } from 'zod';
import { fitOutliers } from '../../features/fitOutliers.js';
import { numberColumn } from './columnPieces.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import { splitRows, type SplitRows } from './split/splitRows.js';

/** Raise it when the same rows would be corrected or counted otherwise. */
export const CORRECTIONS_VERSION = 1;

export type OutlierPolicy = NonNullable<Dataset['columns'][string]['outliers']>;

export const correctionSchema = z.strictObject({
  column: z.string(),
  correction: z.enum(['report', 'clip', 'imputeMedian']),
  ...fittedOutliersSchema.shape,
  /** Rows with a number, and those of them whose number is an outlier, in all splits and in each. */
  total: z.int(),
  count: z.int(),
  counts: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
});
export type Correction = z.infer<typeof correctionSchema>;

/** The columns of which the specification says what becomes of outliers. */
export function outlierPolicies({ columns }: Pick<Dataset, 'columns'>): Record<string, OutlierPolicy> {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([column, { outliers }]) =>
      outliers ? [[column, outliers] as const] : [],
    ),
  );
}

/** Undefined where nothing becomes of outliers. */
export function outliersOf(
  policy: OutlierPolicy | undefined,
  training: Float64Array,
): FittedOutliers | undefined {
  if (policy === undefined || policy === 'report') return undefined;
  return fitOutliers(training, policy === 'clip' ? 'bound' : 'median');
}

export async function countOutliers(
  cache: PieceCache,
  ingested: IngestedRows,
  { columns, split }: Pick<Dataset, 'columns' | 'split'>,
): Promise<Correction[]> {
  const rows = await splitRows(cache, ingested, split);
  const corrections: Correction[] = [];
  for (const [column, correction] of Object.entries(outlierPolicies({ columns }))) {
    const { values } = await numberColumn(cache, ingested, column, 'number');
    const fitted = fitOutliers(
      trainingValues(values, rows),
      correction === 'imputeMedian' ? 'median' : 'bound',
    );
    corrections.push({ column, correction, ...fitted, ...countsOf(values, rows, fitted) });
  }
  return corrections;
}

/** The numbers of the training rows that have one. */
function trainingValues(values: Float64Array, { place, rows }: SplitRows): Float64Array {
  return values.filter((value, row) => place[row]! < rows.train && !Number.isNaN(value));
}

function countsOf(
  values: Float64Array,
  { place, rows }: SplitRows,
  fitted: FittedOutliers,
): Pick<Correction, 'total' | 'count' | 'counts'> {
  const counts = { train: 0, validation: 0, test: 0 };
  let total = 0;
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    total++;
    if (!isOutlier(fitted, value)) return;
    const at = place[row]!;
    counts[at < rows.train ? 'train' : at < rows.train + rows.validation ? 'validation' : 'test']++;
  });
  return { total, count: counts.train + counts.validation + counts.test, counts };
}
