import * as tf from '@tensorflow/tfjs-core';
import { take } from '../model/matrix.js';

/** [queries] log Σ exp of each row of `scores` [queries, items], in the passes that cost the backend least. */
export function logSumExp(scores: tf.Tensor2D): Float32Array {
  return take(
    tf.tidy(() => {
      const highest = tf.max(scores, 1, true);
      const logs =
        tf.getBackend() === 'tensorflow'
          ? tf.log(tf.sum(tf.exp(tf.sub(scores, highest)), 1, true))
          : // Σ exp(s - max s) = 1 / max softmax(s): exp and sum over all scores are slow on wasm.
            tf.neg(tf.log(tf.max(tf.softmax(scores), 1, true)));
      return tf.add(highest, logs);
    }),
  );
}
