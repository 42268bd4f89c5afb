/**
 * The competing term of the softmax loss where TensorFlow computes: the softmax is never made. With E = w exp(q·c), one
 * product of E with the items and a column of ones gives both Σ E c and Σ E, and one of Eᵀ with n q / Σ E the gradients of
 * the items. One pass over the scores and three products, where the softmax alone is five passes.
 *
 * exp needs no shift by the largest score as long as no score can be large: |q·c| ≤ |q||c|. The relative error of exp(s) is
 * that of s in either way.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowOps } from '../backend/tensorflowOps.js';
import { largestLength, take, withColumns } from './matrix.js';
import type { CompetingItems, SoftmaxBatch } from './softmaxLoss.js';

/** exp(±60) and sums of 2^40 of them are float32 numbers, none of them denormal. */
const LARGEST_SCORE = 60;

/** Undefined where the backend is not TensorFlow or where scores may be too large. */
export function exponentialSums(batch: SoftmaxBatch): CompetingItems | undefined {
  const ops = tensorflowOps();
  const { items, width, logWeights } = batch;
  if (!ops || !isSmall(batch)) return undefined;
  const wide = width + 2;
  // The log weights meet the queries' ones; the column of ones meets their zeros, and E in the second product.
  const extended = tf.tensor2d(withColumns(items, width, logWeights ?? 0, 1), [items.length / width, wide]);

  return {
    add(vectors, counts, dQueries, dItems) {
      const count = counts.length;
      const scores = tf.tidy(() =>
        tf.exp(
          ops.matMul(tf.tensor2d(withColumns(vectors, width, 1, 0), [count, wide]), extended, false, true),
        ),
      );
      const sums = take(ops.matMul(scores, extended));
      const shares = new Float32Array(count * width);
      let total = 0;
      for (let u = 0, i = 0; u < count; u++) {
        const sum = sums[u * wide + width + 1]!;
        const weight = counts[u]! / sum;
        total += counts[u]! * Math.log(sum);
        for (let from = u * wide, end = i + width; i < end; i++, from++) {
          dQueries[i]! += weight * sums[from]!;
          shares[i] = weight * vectors[i]!;
        }
      }
      const gradients = take(tf.tidy(() => ops.matMul(scores, tf.tensor2d(shares, [count, width]), true)));
      for (let i = 0; i < gradients.length; i++) dItems[i]! += gradients[i]!;
      scores.dispose();
      return total;
    },
    dispose: () => extended.dispose(),
  };
}

function isSmall({ queries, items, width, logWeights = new Float32Array() }: SoftmaxBatch): boolean {
  const largest = logWeights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return largestLength(queries, width) * largestLength(items, width) + largest <= LARGEST_SCORE;
}
