import * as tf from '@tensorflow/tfjs-core';
import { LEAST_SUM } from '../../model/exponentialSums.js';
import { readAndDispose } from '../../model/matrix.js';

/** Up to it no exponential was too large for a float32. */
const LARGEST_SUM = 1e37;

/**
 * [queries] log Σ exp of each row of `scores` [queries, items], in fewest passes where the sums are near 1, as they are of scores
 * less the score of a likely item.
 */
export function logSumExp(scores: tf.Tensor2D): Float32Array {
  return logOfSums(scores) ?? shifted(scores);
}

/** Undefined where exp cannot hold the scores. */
function logOfSums(scores: tf.Tensor2D): Float32Array | undefined {
  const sums = readAndDispose(tf.tidy(() => tf.sum(tf.exp(scores), 1)));
  return sums.every((sum) => sum >= LEAST_SUM && sum <= LARGEST_SUM) ? sums.map(Math.log) : undefined;
}

function shifted(scores: tf.Tensor2D): Float32Array {
  return readAndDispose(
    tf.tidy(() => {
      const highest = tf.max(scores, 1, true);
      return tf.add(highest, tf.log(tf.sum(tf.exp(tf.sub(scores, highest)), 1, true)));
    }),
  );
}
