/** What a rating head's outputs predict: the target as training saw it. */
import { assertNever } from '@trainyard/shared/common';
import type { RatingLossSpec } from '@trainyard/shared/spec/rating';
import { sigmoid } from './activation.js';

export interface Prediction {
  /** Width of the head's output. */
  readonly outputs: number;
  /** Of the outputs that begin at `at` of `logits`. */
  of(this: void, logits: Float32Array, at: number): number;
}

export function predictionOf(loss: RatingLossSpec): Prediction {
  switch (loss.type) {
    case 'mse':
      return { outputs: 1, of: (logits, at) => logits[at]! };
    case 'binaryCrossEntropy':
      return { outputs: 1, of: (logits, at) => sigmoid(logits[at]!) };
    case 'categoricalCrossEntropy': {
      const { classes } = loss;
      return {
        outputs: classes.length,
        of: (logits, at) => {
          const { shares } = softmax(logits, at, classes.length);
          return shares.reduce((sum, share, k) => sum + share * classes[k]!, 0);
        },
      };
    }
    default:
      return assertNever(loss);
  }
}

/** e^x / Σ e^x of `count` numbers from `at` on, and log Σ e^x. */
export function softmax(
  logits: Float32Array,
  at: number,
  count: number,
): { shares: Float64Array; logSum: number } {
  const own = logits.subarray(at, at + count);
  const largest = own.reduce((most, x) => Math.max(most, x), -Infinity);
  const powers = Float64Array.from(own, (x) => Math.exp(x - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { shares: powers.map((power) => power / sum), logSum: largest + Math.log(sum) };
}
