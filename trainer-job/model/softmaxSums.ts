/** The competing items of the softmax loss in plain tfjs ops: on every backend, for scores of any size. */
import * as tf from '@tensorflow/tfjs-core';
import { take, transposed, withColumns } from './matrix.js';
import { competingCount, type CompetingItems, type SoftmaxBatch } from './softmaxBatch.js';

/** exp of it is 0. */
const ABSENT = -1e9;

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

  return {
    add(queries, pairs, weigh, dQueries, dItems) {
      const count = queries.length / width;
      const { softmax, logSums, means } = tf.tidy(() => {
        const all = tf.matMul<tf.Tensor2D>(
          tf.tensor2d(withColumns(queries, width, 1), [count, width + 1]),
          weighted,
        );
        const scores = hardest === undefined ? all : onlyHighest(all, hardest);
        const probabilities = tf.softmax<tf.Tensor2D>(scores);
        return {
          softmax: probabilities,
          // log Σ exp(s) = max s - log max softmax(s): two cheap passes where exp and sum over all scores are slow on wasm.
          logSums: tf.sub(tf.max(scores, 1), tf.log(tf.max(probabilities, 1))),
          means: tf.matMul(probabilities, vectors),
        };
      });
      const counts = weigh(take(logSums), gathered(softmax, pairs));
      addCounted(dQueries, take(means), counts, width);
      const counted = tf.tensor2d(countedTransposed(queries, counts, width), [width, count]);
      addTransposed(dItems, take(tf.matMul(counted, softmax)), itemCount, width);
      tf.dispose([softmax, counted]);
    },
    dispose: () => tf.dispose([vectors, weighted]),
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

/** The elements at these places of a matrix laid out row by row. */
export function gathered(matrix: tf.Tensor2D, places: Int32Array): Float32Array {
  if (places.length === 0) return new Float32Array();
  return take(tf.tidy(() => tf.gather(tf.reshape(matrix, [matrix.size]), tf.tensor1d(places, 'int32'))));
}

/** [width, queries]: each query times the number of its rows. */
function countedTransposed(queries: Float32Array, counts: Float32Array, width: number): Float32Array {
  const result = transposed(queries, counts.length, width);
  for (let c = 0, i = 0; c < width; c++) {
    for (let u = 0; u < counts.length; u++, i++) result[i]! *= counts[u]!;
  }
  return result;
}

function addCounted(sums: Float32Array, means: Float32Array, counts: Float32Array, width: number): void {
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
