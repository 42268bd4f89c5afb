/** What a rating head's outputs mean, and the losses they are trained on. */
import { sigmoid } from '@trainyard/recommender/layers/activation';
import { predictionOf, softmax } from '@trainyard/recommender/layers/prediction';
import { assertNever, type RatingLossSpec } from '@trainyard/shared';

export interface RatingLoss {
  /** Width of the head's output. */
  readonly outputs: number;
  /**
   * The loss of one row, whose outputs begin at `at` of `logits`, for its target as training sees it; the gradient is written
   * to the same place of `dLogits`.
   */
  row(this: void, logits: Float32Array, at: number, target: number, dLogits: Float32Array): number;
  /** The target that the outputs at `at` predict, as training sees it. */
  prediction(this: void, logits: Float32Array, at: number): number;
  /** Why a target cannot be learned from; undefined if it can. */
  refusal(this: void, target: number): string | undefined;
}

export function ratingLoss(spec: RatingLossSpec): RatingLoss {
  switch (spec.type) {
    case 'mse':
      return squaredError;
    case 'binaryCrossEntropy':
      return binaryCrossEntropy;
    case 'categoricalCrossEntropy':
      return categoricalCrossEntropy(spec.classes);
    default:
      return assertNever(spec);
  }
}

/** (x - y)². */
const squaredError: RatingLoss = {
  outputs: 1,
  row(logits, at, target, dLogits) {
    const off = logits[at]! - target;
    dLogits[at] = 2 * off;
    return off * off;
  },
  prediction: predictionOf({ type: 'mse' }).of,
  refusal: () => undefined,
};

/** -y log σ(x) - (1 - y) log(1 - σ(x)) = max(x, 0) - x y + log(1 + e^-|x|), which no x overflows. */
const binaryCrossEntropy: RatingLoss = {
  outputs: 1,
  row(logits, at, target, dLogits) {
    const x = logits[at]!;
    dLogits[at] = sigmoid(x) - target;
    return Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)));
  },
  prediction: predictionOf({ type: 'binaryCrossEntropy' }).of,
  refusal: (target) => (target >= 0 && target <= 1 ? undefined : 'binaryCrossEntropy needs targets in 0 … 1'),
};

/** log Σ exp(x) - x_k, k being the class nearest to the target; the prediction is the mean of the classes. */
function categoricalCrossEntropy(classes: readonly number[]): RatingLoss {
  const outputs = classes.length;
  return {
    outputs,
    row(logits, at, target, dLogits) {
      const { shares, logSum } = softmax(logits, at, outputs);
      const own = nearest(classes, target);
      shares.forEach((share, k) => (dLogits[at + k] = share - (k === own ? 1 : 0)));
      return logSum - logits[at + own]!;
    },
    prediction: predictionOf({ type: 'categoricalCrossEntropy', classes: [...classes] }).of,
    refusal: () => undefined,
  };
}

/** Position of the class nearest to the value, the lower of two equally near. */
function nearest(classes: readonly number[], value: number): number {
  let best = 0;
  for (let k = 1; k < classes.length; k++) {
    if (Math.abs(classes[k]! - value) < Math.abs(classes[best]! - value)) best = k;
  }
  return best;
}
