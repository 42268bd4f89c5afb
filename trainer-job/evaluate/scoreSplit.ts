import * as tf from '@tensorflow/tfjs-core';
import type { Metrics } from '@trainyard/shared';
import { matMul, take, transposed } from '../model/matrix.js';
import { maxScores } from '../model/maxScores.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { catalogue } from '../train/competition.js';
import { bestScores } from './bestScores.js';
import type { EvaluationRows } from './evaluationRows.js';
import { logSumExp } from './logSumExp.js';
import { countHigher } from './ranks.js';
import { RecallCounter } from './recall.js';

/**
 * `{prefix}loss`: the mean over the rows of the softmax cross-entropy over the whole catalogue, whatever negatives the model
 * trains with, and `{prefix}recall_at_K`. Empty when no row counts. Calls `between` after each block of queries.
 */
export async function scoreSplit(
  model: TwoTowerModel,
  rows: EvaluationRows,
  k: readonly number[],
  prefix: string,
  between: () => Promise<void> = async () => {},
): Promise<Metrics> {
  if (rows.rowCount === 0) return {};
  const { width } = model;
  const itemCount = model.candidate.data.entities - 1;
  const itemVectors = model.embed('candidate', catalogue(itemCount + 1));
  const queries = model.embed('query', rows.queries);
  const items = tf.tensor2d(transposed(itemVectors, itemCount, width), [width, itemCount]);
  const recall = new RecallCounter(k);
  const block = Math.max(1, Math.floor(maxScores(model.spec) / itemCount));
  let loss = 0;
  try {
    for (let start = 0; start < rows.queries.length; start += block) {
      const end = Math.min(start + block, rows.queries.length);
      loss += scoreBlock(queries.subarray(start * width, end * width), items, rows, start, recall);
      await between();
    }
  } finally {
    // `between` may end the evaluation.
    items.dispose();
  }
  return { [`${prefix}loss`]: loss / rows.rowCount, ...recall.metrics(prefix) };
}

/** Adds the ranks of the targets of the queries `first`, … to `recall` and returns their summed loss. */
function scoreBlock(
  vectors: Float32Array,
  items: tf.Tensor2D,
  rows: EvaluationRows,
  first: number,
  recall: RecallCounter,
): number {
  const [width] = items.shape;
  const count = vectors.length / width;
  const [from, to] = [rows.targetStart[first]!, rows.targetStart[first + count]!];
  const scores = tf.tidy(() => matMul(tf.tensor2d(vectors, [count, width]), items));
  const logSums = logSumExp(scores);
  const best = bestScores(scores, recall.depth);
  const own = ownScores(scores, rows, first, from, to);
  scores.dispose();

  let loss = 0;
  for (let q = 0; q < count; q++) {
    const [start, end] = [rows.targetStart[first + q]!, rows.targetStart[first + q + 1]!];
    const targets = own.subarray(start - from, end - from);
    const ranks = countHigher(best.scores.subarray(best.starts[q], best.starts[q + 1]), targets);
    for (let t = start; t < end; t++) {
      const score = targets[t - start]!;
      recall.add(score < best.bounds[q]! ? recall.depth : ranks[t - start]!, rows.rows[t]!);
      loss += rows.rows[t]! * (logSums[q]! - score);
    }
  }
  return loss;
}

/** The scores of the targets `from` … `to - 1`, which are of the queries `first`, …: the very numbers that they are ranked among. */
function ownScores(
  scores: tf.Tensor2D,
  rows: EvaluationRows,
  first: number,
  from: number,
  to: number,
): Float32Array {
  const [count, itemCount] = scores.shape;
  const places = new Int32Array(to - from);
  for (let q = 0; q < count; q++) {
    const [start, end] = [rows.targetStart[first + q]!, rows.targetStart[first + q + 1]!];
    for (let t = start; t < end; t++) places[t - from] = q * itemCount + rows.items[t]! - 1;
  }
  return take(
    tf.tidy(() => tf.gather(tf.reshape(scores, [count * itemCount]), tf.tensor1d(places, 'int32'))),
  );
}
