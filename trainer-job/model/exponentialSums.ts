/**
 * The competing items of the softmax loss where TensorFlow computes: the softmax is never made. With E = w exp(q·c), one
 * product of E with the items and a column of ones gives both Σ E c and Z = Σ E, and one of Eᵀ with n q / Z the gradients of
 * the items. One pass over the scores and three products, where the softmax alone is five passes.
 *
 * exp needs no shift by the largest score as long as no score can be large: |q·c| ≤ |q||c|. The relative error of exp(s) is
 * that of s in either way.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowOps } from '../backend/tensorflowOps.js';
import { largestLength, take, withColumns } from './matrix.js';
import { competingCount, type CompetingItems, type SoftmaxBatch } from './softmaxBatch.js';
import { gathered, onlyHighest } from './softmaxSums.js';

/** exp(±60) and sums of 2^40 of them are float32 numbers, none of them denormal. */
const LARGEST_SCORE = 60;

type Batch = Pick<SoftmaxBatch, 'queries' | 'items' | 'width' | 'competing' | 'hardest' | 'logWeights'>;

/** Undefined where the backend is not TensorFlow or where scores may be too large. */
export function exponentialSums(batch: Batch): CompetingItems | undefined {
  const ops = tensorflowOps();
  if (!ops || !isSmall(batch)) return undefined;
  const { width, hardest, logWeights } = batch;
  const itemCount = competingCount(batch);
  const items = batch.items.subarray(0, itemCount * width);
  const wide = width + 2;
  // The log weights meet the queries' ones; the column of ones meets their zeros, and E in the second product.
  const extended = tf.tensor2d(withColumns(items, width, logWeights ?? 0, 1), [itemCount, wide]);

  return {
    largestBlock: Infinity,
    add(queries, { pairs, weigh }, dQueries, dItems) {
      const count = queries.length / width;
      const exponentials = tf.tidy(() => {
        const vectors = tf.tensor2d(withColumns(queries, width, 1, 0), [count, wide]);
        const scores = ops.matMul(vectors, extended, false, true);
        return tf.exp(hardest === undefined ? scores : onlyHighest(scores, hardest));
      });
      const sums = take(ops.matMul(exponentials, extended));
      const totals = Float32Array.from({ length: count }, (_, u) => sums[u * wide + width + 1]!);
      const shares = gathered(exponentials, pairs);
      for (let p = 0; p < pairs.length; p++) shares[p]! /= totals[Math.floor(pairs[p]! / itemCount)]!;
      const counts = weigh(totals.map(Math.log), shares);

      const weighted = new Float32Array(queries.length);
      for (let u = 0, i = 0; u < count; u++) {
        const weight = counts[u]! / totals[u]!;
        for (let from = u * wide, end = i + width; i < end; i++, from++) {
          dQueries[i]! += weight * sums[from]!;
          weighted[i] = weight * queries[i]!;
        }
      }
      const gradients = take(
        tf.tidy(() => ops.matMul(exponentials, tf.tensor2d(weighted, [count, width]), true)),
      );
      for (let i = 0; i < gradients.length; i++) dItems[i]! += gradients[i]!;
      exponentials.dispose();
    },
    dispose: () => extended.dispose(),
  };
}

function isSmall({ queries, items, width, logWeights = new Float32Array() }: Batch): boolean {
  const largest = logWeights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return largestLength(queries, width) * largestLength(items, width) + largest <= LARGEST_SCORE;
}
