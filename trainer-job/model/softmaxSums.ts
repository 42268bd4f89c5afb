/** The competing term of the softmax loss in plain tfjs ops: on every backend, for scores of any size. */
import * as tf from '@tensorflow/tfjs-core';
import { take, transposed, withColumns } from './matrix.js';
import type { CompetingItems, SoftmaxBatch } from './softmaxLoss.js';

export function softmaxSums({ items, width, logWeights }: Omit<SoftmaxBatch, 'queries'>): CompetingItems {
  const itemCount = items.length / width;
  const vectors = tf.tensor2d(items, [itemCount, width]);
  // Transposed, with the log weights as a last row, so that one product gives the weighted scores.
  const rows = new Float32Array((width + 1) * itemCount);
  rows.set(transposed(items, itemCount, width));
  if (logWeights) rows.set(logWeights, width * itemCount);
  const weighted = tf.tensor2d(rows, [width + 1, itemCount]);

  return {
    add(queries, counts, dQueries, dItems) {
      const tensors = tf.tidy(() => {
        const scores = tf.matMul(
          tf.tensor2d(withColumns(queries, width, 1), [counts.length, width + 1]),
          weighted,
        );
        const softmax = tf.softmax(scores);
        const counted = tf.tensor2d(countedTransposed(queries, counts, width), [width, counts.length]);
        return {
          // log Σ exp(s) = max s - log max softmax(s): two cheap passes where exp and sum over all scores are slow on wasm.
          logSums: tf.sub(tf.max(scores, 1), tf.log(tf.max(softmax, 1))),
          means: tf.matMul(softmax, vectors),
          dItemsTransposed: tf.matMul(counted, softmax),
        };
      });
      addCounted(dQueries, take(tensors.means), counts, width);
      addTransposed(dItems, take(tensors.dItemsTransposed), itemCount, width);
      return take(tensors.logSums).reduce((sum, logSum, u) => sum + counts[u]! * logSum, 0);
    },
    dispose: () => tf.dispose([vectors, weighted]),
  };
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
