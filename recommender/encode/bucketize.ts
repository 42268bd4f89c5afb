import { z } from 'zod';
import type { NumberFeatureEncoder } from './encoder.js';
import { fittedOutliersSchema, withoutOutlier } from './outliers.js';

/** `bucketize`, fitted: row 0 of the embedding is for a missing number, row 1 for those below the first boundary, and so on. */
export const fittedBucketizeSchema = z.strictObject({
  transform: z.literal('bucketize'),
  /** Ascending. A number that equals one is above it. */
  boundaries: z.array(z.number()),
  /** What becomes of outliers before all else; they stay unless given. */
  outliers: fittedOutliersSchema.optional(),
  single: z.boolean(),
});
export type FittedBucketize = z.infer<typeof fittedBucketizeSchema>;

export function encodeBucketize({ boundaries, outliers, single }: FittedBucketize): NumberFeatureEncoder {
  return {
    form: 'number',
    encode(value, { indices }, i) {
      indices[i] = Number.isNaN(value)
        ? 0
        : 1 + notAbove(boundaries, withoutOutlier(outliers, single ? Math.fround(value) : value));
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
