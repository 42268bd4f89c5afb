/** Numbers that single precision, in which models compute, cannot hold or square: they would come out as a training that diverges. */
import { TrainerError } from '../../errors/trainerError.js';

/** The square of twice as many digits is still a single. */
const LARGEST_ENCODED = 1e15;
const LARGEST_SINGLE = 3.4028234663852886e38;

/** Whether what a number has become is of use to a model. */
export function isComputable(encoded: number): boolean {
  return Math.abs(encoded) <= LARGEST_ENCODED;
}

export function isSingle(value: number): boolean {
  return Math.abs(value) <= LARGEST_SINGLE;
}

/** The number of the largest size; 0 where there is none. */
export function largestOf(values: Float64Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest;
}

/** `setting` is where the specification says how the column becomes numbers: `features.query`, `features.target`. */
export function tooLarge(column: string, value: number, setting: string): TrainerError {
  const size = Math.abs(value).toExponential(0).replace('e+', 'e');
  return new TrainerError(
    'too-large-value',
    `column "${column}" has a value of about ${value < 0 ? '-' : ''}${size}: its statistics, or what the model makes of it, overflow`,
    `set dataset.columns["${column}"].outliers to "imputeMedian", drop such rows by dataset.where, or give ${setting} ` +
      '"clip": [0.01, 0.99] (quantiles of the training rows) or "log1p": true',
    { stage: 'transform' },
  );
}
