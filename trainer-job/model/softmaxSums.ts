/** The competing items of the softmax loss in plain tfjs ops: on every backend, for scores of any size. */
import * as tf from '@tensorflow/tfjs-core';
import { DeviceSum } from './deviceSum.js';
import { matMul, readAndDispose, timesWeights, transposed, transposedMatMul, withColumns } from './matrix.js';
import { competingCount, type CompetingItems, type References, type SoftmaxBatch } from './softmaxBatch.js';

/** exp of it is 0. */
const ABSENT = -1e9;

/** So many rows of scores are transposed twice as fast as the thousands that would fit. */
const WASM_BLOCK = 256;

type Items = Pick<SoftmaxBatch, 'items' | 'width' | 'competing' | 'hardest' | 'logWeights'>;

export function softmaxSums(batch: Items): CompetingItems {
  const { width, hardest, logWeights } = batch;
  const itemCount = competingCount(batch);
  const items = batch.items.subarray(0, itemCount * width);
  const vectors = tf.tensor2d(items, [itemCount, width]);
  // Transposed, with the log weights as a last row, so that one product gives the weighted scores.
  const rows = new Float32Array((width + 1) * itemCount);
  rows.set(transposed(items, itemCount, width));
  if (logWeights) rows.set(logWeights, width * itemCount);
  const weighted = tf.tensor2d(rows, [width + 1, itemCount]);

  const gradients = new DeviceSum();

  return {
    largestBlock: tf.getBackend() === 'wasm' ? WASM_BLOCK : Infinity,
    add(queries, { pairs, references, weigh }, dQueries) {
      const count = queries.length / width;
      const scores = tf.tidy(() => {
        const all = matMul(tf.tensor2d(withColumns(queries, width, 1), [count, width + 1]), weighted);
        return hardest === undefined ? all : onlyHighest(all, hardest);
      });
      const softmax = tf.softmax<tf.Tensor2D>(scores);
      const logSums =
        logSumsByReference(softmax, references) ?? readAndDispose(logSumsByMaximum(scores, softmax));
      scores.dispose();
      const counts = weigh(logSums, gathered(softmax, pairs.queries, pairs.items));
      addCounted(dQueries, readAndDispose(matMul(softmax, vectors)), counts, width);
      gradients.add(
        tf.tidy(() => transposedMatMul(softmax, tf.tensor2d(timesWeights(queries, counts), [count, width]))),
      );
      softmax.dispose();
    },
    end() {
      tf.dispose([vectors, weighted]);
      return gradients.drain();
    },
  };
}

/** `scores` where they are among the `count` highest of their row; elsewhere a score whose exp is 0. */
export function onlyHighest(scores: tf.Tensor2D, count: number): tf.Tensor2D {
  if (count >= scores.shape[1]) return scores;
  return tf.tidy(() => {
    const lowest = tf.min(tf.topk(scores, count, false).values, 1, true);
    return tf.where<tf.Tensor2D>(tf.greaterEqual(scores, lowest), scores, tf.fill(scores.shape, ABSENT));
  });
}

/** The elements of a matrix in these rows and columns. */
export function gathered(matrix: tf.Tensor2D, rows: Int32Array, columns: Int32Array): Float32Array {
  if (rows.length === 0) return new Float32Array();
  const [, width] = matrix.shape;
  const places = rows.map((row, i) => row * width + columns[i]!);
  return readAndDispose(
    tf.tidy(() => tf.gather(tf.reshape(matrix, [matrix.size]), tf.tensor1d(places, 'int32'))),
  );
}

/** Below it a probability has lost too many digits to a float32's smallest numbers. */
const LEAST_PROBABILITY = 1e-20;

/** log Σ exp(s) = s_r - log softmax(s)_r for any r: no pass over the scores. Undefined where a probability is too small. */
function logSumsByReference(softmax: tf.Tensor2D, { items, scores }: References): Float32Array | undefined {
  if (!items) return undefined;
  const logSums = gathered(
    softmax,
    items.map((_, u) => u),
    items,
  );
  for (let u = 0; u < logSums.length; u++) {
    if (!(logSums[u]! >= LEAST_PROBABILITY)) return undefined;
    logSums[u] = scores[u]! - Math.log(logSums[u]!);
  }
  return logSums;
}

/** max s - log max softmax(s): two passes, where exp and sum over all scores would be slow on wasm. */
function logSumsByMaximum(scores: tf.Tensor2D, softmax: tf.Tensor2D): tf.Tensor {
  return tf.tidy(() => tf.sub(tf.max(scores, 1), tf.log(tf.max(softmax, 1))));
}

function addCounted(sums: Float32Array, means: Float32Array, counts: Float32Array, width: number): void {
  for (let u = 0, i = 0; u < counts.length; u++) {
    const count = counts[u]!;
    for (const end = i + width; i < end; i++) sums[i]! += count * means[i]!;
  }
}
