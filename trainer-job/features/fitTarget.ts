import { shaped } from '@trainyard/recommender/encode/normalize';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { Target } from '@trainyard/shared';
import { meanAndStd, quantilesOf } from './statistics.js';

/** From the numbers of the training rows that have one, at least one. */
export function fitTarget(
  { column, clip, log1p, normalize, threshold }: Target,
  numbers: Float64Array,
): FittedTarget {
  const [low = 0, high = 0] = clip ? quantilesOf(numbers.toSorted(), clip) : [];
  const shape = { clip: clip ? ([low, high] satisfies [number, number]) : null, log1p };
  const moments = normalize
    ? meanAndStd(numbers.map((number) => shaped(shape, number)))
    : { mean: 0, std: 1 };
  return {
    column,
    ...shape,
    mean: moments.mean,
    std: moments.std === 0 ? 1 : moments.std,
    threshold: threshold ?? null,
  };
}
