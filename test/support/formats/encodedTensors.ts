import * as tf from '@tensorflow/tfjs-core';
import type { Encodings } from '@trainyard/recommender/encode/encoder';

/** The inputs of a tower of `tfjs/`: indices [rows, width], and numbers where the tower has any. */
export function encodedTensors(encodings: readonly Encodings[]): Record<string, tf.Tensor2D> {
  return {
    indices: tf.tensor2d(
      encodings.map(({ indices }) => Array.from(indices)),
      undefined,
      'int32',
    ),
    ...(encodings[0]!.numbers.length > 0 && {
      numbers: tf.tensor2d(encodings.map(({ numbers }) => Array.from(numbers))),
    }),
  };
}
