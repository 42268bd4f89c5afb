import type { FittedOutliers } from '@trainyard/recommender/encode/outliers';
import { meanAndStd, quantilesOf } from './statistics.js';

/** Numbers that are farther from the mean than so many sample standard deviations are outliers. */
const FAR = 3;

/** From the numbers of the training rows. Of fewer than two, and of equal ones, none is an outlier, whatever else comes. */
export function fitOutliers(numbers: Float64Array, becomes: 'bound' | 'median'): FittedOutliers {
  const [median = 0] = numbers.length === 0 ? [] : quantilesOf(numbers.toSorted(), [0.5]);
  // Squares of what is divided by the largest stay within the range of doubles.
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0) || 1;
  const { mean, std } = meanAndStd(numbers.map((number) => number / largest));
  const count = numbers.length;
  const reach = count < 2 || std === 0 ? Infinity : FAR * std * Math.sqrt(count / (count - 1));
  return {
    low: finite((mean - reach) * largest),
    high: finite((mean + reach) * largest),
    median: becomes === 'median' ? median : null,
  };
}

/** JSON has no infinity. */
function finite(bound: number): number {
  if (Number.isNaN(bound)) return 0;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, bound));
}
