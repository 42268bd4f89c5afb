/** The column that says how much each training row counts. */
import type { SampleWeight } from '@trainyard/shared';
import { averagingOne, weightsByAge } from '../../features/sampleWeight.js';
import { numberColumn } from './columnPieces.js';
import { withoutOutlier } from '@trainyard/recommender/encode/outliers';
import { outliersOf, type OutlierPolicy } from './corrections.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';
import { TrainerError } from '../../errors/trainerError.js';

/** [training rows] in the order of their places, 1 on the average. */
export async function encodeSampleWeight(
  cache: PieceCache,
  ingested: IngestedRows,
  { place, rows }: SplitRows,
  { column, halfLifeDays }: SampleWeight,
  policy?: OutlierPolicy,
): Promise<Float32Array> {
  const isTime = halfLifeDays !== undefined;
  const { values } = await numberColumn(cache, ingested, column, isTime ? 'instants' : 'number');
  const train = new Float64Array(rows.train);
  values.forEach((value, row) => {
    if (place[row]! < rows.train) train[place[row]!] = value;
  });
  const unknown = count(train, Number.isNaN);
  if (unknown > 0) {
    throw refusal(
      column,
      `has no ${isTime ? 'time' : 'number'} in ${unknown} of the ${rows.train} training rows`,
      'leave such rows out with dataset.where, or fill them with a derived column',
    );
  }
  if (halfLifeDays !== undefined) return averagingOne(weightsByAge(train, halfLifeDays));
  const negative = count(train, (weight) => weight < 0);
  if (negative > 0) {
    throw refusal(
      column,
      `is below 0 in ${negative} of the ${rows.train} training rows`,
      'weights are 0 or more: leave such rows out with dataset.where, or derive another column',
    );
  }
  if (count(train, (weight) => weight > 0) === 0) {
    throw refusal(
      column,
      `is 0 in all of the ${rows.train} training rows`,
      'name a column with weights above 0: nothing can be learned from rows that do not count',
    );
  }
  const outliers = outliersOf(policy, train);
  return averagingOne(train.map((weight) => Math.max(0, withoutOutlier(outliers, weight))));
}

function count(values: Float64Array, test: (value: number) => boolean): number {
  let found = 0;
  for (const value of values) if (test(value)) found++;
  return found;
}

function refusal(column: string, what: string, remedy: string): TrainerError {
  return new TrainerError('bad-sample-weight', `column "${column}", the sample weight, ${what}`, remedy, {
    stage: 'transform',
  });
}
