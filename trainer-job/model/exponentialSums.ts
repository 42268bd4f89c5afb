/**
 * The competing items of the softmax loss where TensorFlow computes: the softmax is never made. With E = w exp(q·c - r), one
 * product of E with the items and a column of ones gives both Σ E c and Σ E = Z exp(-r), and one with n q / Σ E the gradients
 * of the items. One pass over the scores and three products, where the softmax alone is five passes. Matrices lie so that no
 * large one is transposed: a row of E is an item's.
 *
 * r is the query's reference, the score of an item of its own: it is subtracted within the first product. exp(q·c - r) then
 * neither overflows nor vanishes unless the own item has a share of Z below 1e-30 or, where it does not compete, above 1e24.
 * What came of it shows whether it did, and such a block takes the plain way.
 */
import * as tf from '@tensorflow/tfjs-core';
import { DeviceSum } from './deviceSum.js';
import { matMul, matMulTransposed, readAndDispose, timesWeights, withColumns } from './matrix.js';
import { competingCount, type Block, type CompetingItems, type SoftmaxBatch } from './softmaxBatch.js';
import { gathered, onlyHighest, softmaxSums } from './softmaxSums.js';

/** What is below the smallest float32 numbers is lost: of a million items, less than a rounding error of such a sum. */
export const LEAST_SUM = 1e-24;
/** Products of it with vectors are float32 numbers. */
const LARGEST_SUM = 1e30;

type Items = Pick<SoftmaxBatch, 'items' | 'width' | 'competing' | 'hardest' | 'logWeights'>;

export function exponentialSums(batch: Items): CompetingItems {
  const { width, logWeights } = batch;
  const itemCount = competingCount(batch);
  const wide = width + 2;
  // The log weights meet a column of ones, and -1 the references; in the second product it adds up -E.
  const extended = withColumns(batch.items.subarray(0, itemCount * width), width, logWeights ?? 0, -1);
  const rows = tf.tensor2d(extended, [itemCount, wide]);
  const items: ItemMatrices = { rows, columns: tf.transpose(rows), hardest: batch.hardest };
  const gradients = new DeviceSum();
  let plain: CompetingItems | undefined;

  return {
    largestBlock: Infinity,
    add(queries, block, dQueries) {
      const count = queries.length / width;
      const exponentials = exponentialsOf(items, queries, block);
      // [wide, queries]
      const sums = readAndDispose(matMul(items.columns, exponentials));
      const totals = negated(sums.subarray((wide - 1) * count));
      if (!totals.every((total) => total >= LEAST_SUM && total <= LARGEST_SUM)) {
        exponentials.dispose();
        plain ??= softmaxSums(batch);
        plain.add(queries, block, dQueries);
        return;
      }
      const weights = weightsOf(block, exponentials, totals);
      addWeighted(dQueries, sums, weights);
      const weighted = timesWeights(queries, weights);
      const gradient = tf.tidy(() => matMul(exponentials, tf.tensor2d(weighted, [count, width])));
      exponentials.dispose();
      gradients.add(gradient);
    },
    end() {
      tf.dispose([items.rows, items.columns]);
      const [own, others] = [gradients.drain(), plain?.end()];
      if (own && others) for (let i = 0; i < own.length; i++) own[i]! += others[i]!;
      return own ?? others;
    },
  };
}

interface ItemMatrices {
  /** [items, width + 2] */
  rows: tf.Tensor2D;
  /** [width + 2, items] */
  columns: tf.Tensor2D;
  hardest: number | undefined;
}

/** [items, queries] w exp(q·c - r) */
function exponentialsOf(
  { rows, hardest }: ItemMatrices,
  queries: Float32Array,
  { references }: Block,
): tf.Tensor2D {
  const count = references.scores.length;
  return tf.tidy(() => {
    const extended = withColumns(queries, queries.length / count, 1, references.scores);
    const vectors = tf.tensor2d(extended, [count, rows.shape[1]]);
    return tf.exp(
      hardest === undefined
        ? matMulTransposed(rows, vectors)
        : tf.transpose<tf.Tensor2D>(onlyHighest(matMulTransposed(vectors, rows), hardest)),
    );
  });
}

/** [queries] how often each counts, over its sum of exponentials. */
function weightsOf(
  { pairs, references, weigh }: Block,
  exponentials: tf.Tensor2D,
  totals: Float32Array,
): Float32Array {
  const shares = gathered(exponentials, pairs.items, pairs.queries);
  for (let p = 0; p < shares.length; p++) shares[p]! /= totals[pairs.queries[p]!]!;
  const logSums = new Float32Array(totals.length);
  for (let u = 0; u < totals.length; u++) logSums[u] = references.scores[u]! + Math.log(totals[u]!);
  const weights = weigh(logSums, shares);
  for (let u = 0; u < totals.length; u++) weights[u]! /= totals[u]!;
  return weights;
}

function negated(values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = -values[i]!;
  return result;
}

/** To `values` [queries, width] the first rows of `sums` [width + 2, queries], each query's as often as it weighs. */
function addWeighted(values: Float32Array, sums: Float32Array, weights: Float32Array): void {
  const width = values.length / weights.length;
  for (let u = 0, i = 0; u < weights.length; u++) {
    const weight = weights[u]!;
    for (let from = u, end = i + width; i < end; i++, from += weights.length) {
      values[i]! += weight * sums[from]!;
    }
  }
}
