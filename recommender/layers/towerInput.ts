import { columnsOf, totalColumns, type EncodedFeature } from '../encode/encodedFeature.js';
import { inputWidthOf } from '../encode/encodedFeature.js';
import type { Encodings } from '../encode/encoder.js';
import type { LayerWeights } from './layer.js';
import { shareOf, type Pooling } from '@trainyard/shared/spec/shape/multi';

/** Puts embeddings and numbers of one entity's features side by side, in the order of the features. */
export interface TowerInput {
  readonly width: number;
  /** `values` [width] of one entity. */
  of(this: void, encodings: Encodings): Float32Array;
}

type Writer = (encodings: Encodings, to: Float32Array) => void;

export function towerInput(
  tower: string,
  features: readonly EncodedFeature[],
  weights: LayerWeights,
): TowerInput {
  let [indices, numbers, offset] = [0, 0, 0];
  const writers = features.map((feature): Writer => {
    const place = { indices, numbers, offset };
    const own = columnsOf(feature);
    indices += own.indices;
    numbers += own.numbers;
    offset += inputWidthOf(feature);
    if (feature.kind === 'numbers') {
      return (encodings, to) =>
        to.set(encodings.numbers.subarray(place.numbers, place.numbers + feature.width), place.offset);
    }
    const table = weights(`${tower}/embedding/${feature.name}`, feature.rows, feature.dim);
    return (encodings, to) => {
      const rows = encodings.indices.subarray(place.indices, place.indices + feature.indices);
      writePooled(
        feature.pooling ?? 'mean',
        table,
        rows.filter((row) => row >= 0),
        to.subarray(place.offset, place.offset + feature.dim),
      );
    };
  });
  const total = totalColumns(features);
  return {
    width: offset,
    of(encodings) {
      if (encodings.indices.length !== total.indices || encodings.numbers.length !== total.numbers) {
        throw new RangeError('the encodings are of other features');
      }
      const values = new Float32Array(offset);
      for (const write of writers) write(encodings, values);
      return values;
    },
  };
}

/** The table's rows as one vector, none being 0, into `to` [dim]: the sum is of double precision and rounded once. */
function writePooled(pooling: Pooling, table: Float32Array, rows: Int32Array, to: Float32Array): void {
  if (rows.length === 0) return;
  const share = shareOf(pooling, rows.length);
  for (let c = 0; c < to.length; c++) {
    let sum = 0;
    for (const row of rows) sum += table[row * to.length + c]!;
    to[c] = pooling === 'mean' ? sum / rows.length : sum * share;
  }
}
