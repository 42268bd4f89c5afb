import { shaped, type FittedNormalize } from '@trainyard/recommender/encode/normalize';
import type { FeatureOf } from '@trainyard/shared';
import { meanAndStd, quantilesOf } from './statistics.js';

/** From the numbers of the training rows, at least one. */
export function fitNormalize(
  { clip, log1p, degree, missingIndicator }: FeatureOf<'normalize'>,
  numbers: Float64Array,
  single: boolean,
): FittedNormalize {
  const [low = 0, high = 0] = clip ? quantilesOf(numbers.toSorted(), clip) : [];
  const shape = { clip: clip ? ([low, high] satisfies [number, number]) : null, log1p };
  const { mean, std } = meanAndStd(numbers.map((number) => shaped(shape, number)));
  // A constant column is 0, not a division by it.
  return {
    transform: 'normalize',
    ...shape,
    mean,
    std: std === 0 ? 1 : std,
    degree,
    missingIndicator,
    single,
  };
}
