/** Features of numbers and times: each row's own number is encoded. */
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import { fitNumbers, type NumberFeature } from '../../features/fit.js';
import { encodedFeatureOf, encoderOf, type FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { withoutOutlier } from '@trainyard/recommender/encode/outliers';
import { numberColumn } from './columnPieces.js';
import { outliersOf, type OutlierPolicy } from './corrections.js';
import { emptyFeature, identity, type Encoding } from './encoding.js';
import { isComputable, largestOf, tooLarge } from './overflow.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';
import { useOfPeriods } from './timeColumn.js';

export async function encodeNumbers(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: NumberFeature,
  policy?: OutlierPolicy,
): Promise<Encoding> {
  const { values, single, unit } = await numberColumn(
    cache,
    ingested,
    feature.column,
    feature.transform === 'cyclical' ? useOfPeriods(feature) : 'number',
  );
  const training = trainingNumbers(values, split, feature);
  const outliers = feature.transform === 'cyclical' ? undefined : outliersOf(policy, training);
  const fitted = fitNumbers(
    feature,
    outliers ? training.map((number) => withoutOutlier(outliers, number)) : training,
    { single, unit, outliers },
  );
  const overflow = () => tooLarge(feature.column, largestOf(values), 'the feature');
  if (!isFitted(fitted)) throw overflow();
  const encoded = encodedFeatureOf(feature, fitted, 0);
  const encoder = encoderOf(fitted, []);
  if (encoder.form === 'text') throw new Error(`${feature.transform} takes numbers`);
  const columns = columnsOf(encoded);
  const to = {
    indices: new Int32Array(values.length * columns.indices),
    numbers: new Float32Array(values.length * columns.numbers),
  };
  for (let row = 0; row < values.length; row++) {
    const at = split.place[row]!;
    encoder.encode(values[row]!, to, at * columns.indices, at * columns.numbers);
  }
  if (!to.numbers.every(isComputable)) throw overflow();
  const rows =
    encoded.kind === 'embedding' ? { codes: to.indices, ...identity(encoded.rows) } : { numbers: to.numbers };
  return { encoded, fitted, vocabulary: [], rows };
}

/** Whether all that was fitted is finite. */
function isFitted(fitted: FittedFeature): boolean {
  if (fitted.transform === 'bucketize') return fitted.boundaries.every(Number.isFinite);
  return (
    fitted.transform !== 'normalize' ||
    [fitted.mean, fitted.std, ...(fitted.clip ?? [])].every(Number.isFinite)
  );
}

/** The numbers of the training rows that have one; fails when there are none. */
function trainingNumbers(
  values: Float64Array,
  { place, rows }: SplitRows,
  feature: NumberFeature,
): Float64Array {
  const numbers = new Float64Array(rows.train);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (place[row]! < rows.train && !Number.isNaN(values[row]!)) numbers[count++] = values[row]!;
  }
  if (count === 0) throw emptyFeature(feature, feature.transform === 'cyclical' ? 'time' : 'number');
  return numbers.slice(0, count);
}
