/** Features of numbers and times: each row's own number is encoded. */
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import { fitNumbers, type NumberFeature } from '../../features/fit.js';
import { encodedFeatureOf, encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import { numberColumn } from './columnPieces.js';
import { emptyFeature, identity, type Encoding } from './encoding.js';
import type { PieceCache } from './pieces.js';
import type { IngestedRows } from './rowsOf.js';
import type { SplitRows } from './splitRows.js';
import { useOfPeriods } from './timeColumn.js';

export async function encodeNumbers(
  cache: PieceCache,
  ingested: IngestedRows,
  split: SplitRows,
  feature: NumberFeature,
): Promise<Encoding> {
  const { values, single, unit } = await numberColumn(
    cache,
    ingested,
    feature.column,
    feature.transform === 'cyclical' ? useOfPeriods(feature) : 'number',
  );
  const fitted = fitNumbers(feature, trainingNumbers(values, split, feature), { single, unit });
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
  const rows =
    encoded.kind === 'embedding' ? { codes: to.indices, ...identity(encoded.rows) } : { numbers: to.numbers };
  return { encoded, fitted, vocabulary: [], rows };
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
