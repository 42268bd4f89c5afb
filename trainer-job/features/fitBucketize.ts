import type { FittedBucketize } from '@trainyard/recommender/encode/bucketize';
import type { FeatureOf } from '@trainyard/shared';
import { quantilesOf } from './statistics.js';

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
