/**
 * The softmax cross-entropy of two-tower retrieval, computed over distinct queries and distinct items.
 *
 * A row b is a query u and its item i. With a weight w_j for every item j that competes, the loss of the row is
 *
 *     log Σ_j w_j exp(q_u·c_j) - q_u·c_i - log v_i
 *
 * - softmax over the catalogue: w = v = 1 for all items;
 * - softmax in the batch, items as often as they occur in it: w_j = the number of rows with item j, v = 1. This equals
 *   the batch × batch formulation with one column per row, exactly;
 * - with the logQ correction (Yi et al., "Sampling-bias-corrected neural modeling", RecSys 2019): both divided by the
 *   item's sampling probability.
 *
 * The first term depends on the query alone, so it is computed once per distinct query and counted as often as the query
 * occurs. Its gradients are products of the softmax with the vectors; the second term touches only the batch's own pairs
 * and is summed on the host.
 */
import * as tf from '@tensorflow/tfjs-core';
import { take, transposed } from './matrix.js';

export interface SoftmaxBatch {
  /** [queries, width] distinct query vectors */
  queries: Float32Array;
  /** [items, width] vectors of the distinct items that compete */
  items: Float32Array;
  width: number;
  /** [rows] position in `queries` of each row */
  rowQuery: Int32Array;
  /** [rows] position in `items` of each row's own item */
  rowItem: Int32Array;
  /** [items] log w; all 0 if left out */
  logWeights?: Float32Array | undefined;
  /** [items] log v; all 0 if left out */
  logOwnWeights?: Float32Array | undefined;
}

export interface SoftmaxGradients {
  /** Summed over the rows. */
  loss: number;
  /** [queries, width] and [items, width]: the gradients of that sum. */
  dQueries: Float32Array;
  dItems: Float32Array;
}

/** At most this many scores are held at once: 64 MB a matrix. */
const MAX_SCORES = 16 * 1024 * 1024;

export function softmaxLoss(batch: SoftmaxBatch, maxScores = MAX_SCORES): SoftmaxGradients {
  const own = ownTerm(batch);
  const rowsOfQuery = new Float32Array(batch.queries.length / batch.width);
  for (const query of batch.rowQuery) rowsOfQuery[query]! += 1;
  const competing = competingTerm(batch, rowsOfQuery, own, maxScores);
  return { loss: competing - own.score, dQueries: own.dQueries, dItems: own.dItems };
}

/** Σ (q·c + log v) over the rows, and the gradients of minus that. */
function ownTerm(batch: SoftmaxBatch): { score: number; dQueries: Float32Array; dItems: Float32Array } {
  const { queries, items, width, rowQuery, rowItem, logOwnWeights } = batch;
  const dQueries = new Float32Array(queries.length);
  const dItems = new Float32Array(items.length);
  let score = 0;
  for (let row = 0; row < rowQuery.length; row++) {
    const item = rowItem[row]!;
    let q = rowQuery[row]! * width;
    let c = item * width;
    if (logOwnWeights) score += logOwnWeights[item]!;
    for (const end = q + width; q < end; q++, c++) {
      const [query, candidate] = [queries[q]!, items[c]!];
      score += query * candidate;
      dQueries[q]! -= candidate;
      dItems[c]! -= query;
    }
  }
  return { score, dQueries, dItems };
}

/** Σ log Σ w exp(q·c) over the rows; adds its gradients to `sums`. Queries go in blocks that bound the memory. */
function competingTerm(
  batch: SoftmaxBatch,
  rowsOfQuery: Float32Array,
  sums: { dQueries: Float32Array; dItems: Float32Array },
  maxScores: number,
): number {
  const { queries, items, width } = batch;
  const itemCount = items.length / width;
  const block = Math.max(1, Math.floor(maxScores / itemCount));
  const device = uploadItems(batch, itemCount);
  let total = 0;
  for (let start = 0; start < rowsOfQuery.length; start += block) {
    const counts = rowsOfQuery.subarray(start, start + block);
    const vectors = queries.subarray(start * width, (start + counts.length) * width);
    const part = softmaxBlock(vectors, counts, width, device);
    for (let u = 0; u < counts.length; u++) total += counts[u]! * part.logSums[u]!;
    addQueryGradients(sums.dQueries.subarray(start * width), part.means, counts, width);
    addTransposed(sums.dItems, part.dItemsTransposed, itemCount, width);
  }
  tf.dispose(Object.values(device));
  return total;
}

interface ItemTensors {
  /** [items, width] */
  vectors: tf.Tensor2D;
  /** [width + 1, items]: transposed, with the log weights as a last row, so that one product gives the weighted scores */
  weighted: tf.Tensor2D;
}

function uploadItems(batch: SoftmaxBatch, itemCount: number): ItemTensors {
  const { items, width, logWeights } = batch;
  const weighted = new Float32Array((width + 1) * itemCount);
  weighted.set(transposed(items, itemCount, width));
  if (logWeights) weighted.set(logWeights, width * itemCount);
  return {
    vectors: tf.tensor2d(items, [itemCount, width]),
    weighted: tf.tensor2d(weighted, [width + 1, itemCount]),
  };
}

interface SoftmaxBlock {
  /** [queries] log Σ w exp(q·c) */
  logSums: Float32Array;
  /** [queries, width] the mean item under each query's softmax */
  means: Float32Array;
  /** [width, items] */
  dItemsTransposed: Float32Array;
}

function softmaxBlock(
  queries: Float32Array,
  counts: Float32Array,
  width: number,
  items: ItemTensors,
): SoftmaxBlock {
  const tensors = tf.tidy(() => {
    const scores = tf.matMul(
      tf.tensor2d(withOnes(queries, width), [counts.length, width + 1]),
      items.weighted,
    );
    const softmax = tf.softmax(scores);
    // log Σ exp(s) = max s - log max softmax(s): two cheap passes where exp and sum over all scores are slow on wasm.
    const logSums = tf.sub(tf.max(scores, 1), tf.log(tf.max(softmax, 1)));
    const counted = tf.tensor2d(countedTransposed(queries, counts, width), [width, counts.length]);
    return {
      logSums,
      means: tf.matMul(softmax, items.vectors),
      dItemsTransposed: tf.matMul(counted, softmax),
    };
  });
  return {
    logSums: take(tensors.logSums),
    means: take(tensors.means),
    dItemsTransposed: take(tensors.dItemsTransposed),
  };
}

/** [queries, width + 1]: each query with a 1 at its end, which meets the items' log weight. */
function withOnes(queries: Float32Array, width: number): Float32Array {
  const count = queries.length / width;
  const result = new Float32Array(count * (width + 1)).fill(1);
  for (let u = 0; u < count; u++) result.set(queries.subarray(u * width, (u + 1) * width), u * (width + 1));
  return result;
}

/** [width, queries]: each query times the number of its rows. */
function countedTransposed(queries: Float32Array, counts: Float32Array, width: number): Float32Array {
  const result = transposed(queries, counts.length, width);
  for (let c = 0, i = 0; c < width; c++) {
    for (let u = 0; u < counts.length; u++, i++) result[i]! *= counts[u]!;
  }
  return result;
}

function addQueryGradients(
  sums: Float32Array,
  means: Float32Array,
  counts: Float32Array,
  width: number,
): void {
  for (let u = 0, i = 0; u < counts.length; u++) {
    const count = counts[u]!;
    for (const end = i + width; i < end; i++) sums[i]! += count * means[i]!;
  }
}

function addTransposed(sums: Float32Array, values: Float32Array, rows: number, columns: number): void {
  for (let c = 0, from = 0; c < columns; c++) {
    for (let r = 0, to = c; r < rows; r++, to += columns) {
      sums[to]! += values[from++]!;
    }
  }
}
