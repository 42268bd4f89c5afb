import type { FeatureOf } from '@trainyard/shared';
import { z } from 'zod';
import type { NumberFeatureEncoder } from './encoder.js';
import { quantilesOf } from './statistics.js';

/** `bucketize`, fitted: row 0 of the embedding is for a missing number, row 1 for those below the first boundary, and so on. */
export const fittedBucketizeSchema = z.strictObject({
  transform: z.literal('bucketize'),
  /** Ascending. A number that equals one is above it. */
  boundaries: z.array(z.number()),
  single: z.boolean(),
});
export type FittedBucketize = z.infer<typeof fittedBucketizeSchema>;

/** Quantiles that coincide are one boundary: there are fewer buckets then. */
export function fitBucketize(
  { boundaries, buckets = 0 }: FeatureOf<'bucketize'>,
  numbers: Float64Array,
  single: boolean,
): FittedBucketize {
  if (boundaries) return { transform: 'bucketize', boundaries, single };
  const shares = Array.from({ length: buckets - 1 }, (_, i) => (i + 1) / buckets);
  const quantiles = quantilesOf(numbers.toSorted(), shares);
  return { transform: 'bucketize', boundaries: [...new Set(quantiles)], single };
}

export function encodeBucketize({ boundaries, single }: FittedBucketize): NumberFeatureEncoder {
  return {
    form: 'number',
    encode(value, { indices }, i) {
      indices[i] = Number.isNaN(value) ? 0 : 1 + notAbove(boundaries, single ? Math.fround(value) : value);
    },
  };
}

/** How many of the ascending boundaries are not above the value. */
function notAbove(boundaries: readonly number[], value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (boundaries[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
