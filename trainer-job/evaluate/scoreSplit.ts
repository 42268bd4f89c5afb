import * as tf from '@tensorflow/tfjs-core';
import type { Metrics } from '@trainyard/shared';
import { take, transposed } from '../model/matrix.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { catalogue } from '../train/trainingStep.js';
import type { EvaluationRows } from './evaluationRows.js';
import { countHigher } from './ranks.js';
import { RecallCounter } from './recall.js';

/** At most this many scores are held at once. */
const MAX_SCORES = 4 * 1024 * 1024;

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
  const items = tf.tensor2d(transposed(itemVectors, itemCount, width), [width, itemCount]);
  const queries = model.embed('query', rows.queries);
  const recall = new RecallCounter(k);
  const block = Math.max(1, Math.floor(MAX_SCORES / itemCount));
  let loss = 0;
  for (let start = 0; start < rows.queries.length; start += block) {
    const count = Math.min(block, rows.queries.length - start);
    const { scores, logSums } = scoreBlock(
      queries.subarray(start * width, (start + count) * width),
      count,
      items,
    );
    for (let q = 0; q < count; q++) {
      const own = scores.subarray(q * itemCount, (q + 1) * itemCount);
      loss += scoreQuery(own, logSums[q]!, rows, start + q, recall);
    }
    await between();
  }
  items.dispose();
  return { [`${prefix}loss`]: loss / rows.rowCount, ...recall.metrics(prefix) };
}

function scoreBlock(vectors: Float32Array, count: number, items: tf.Tensor2D) {
  const tensors = tf.tidy(() => {
    const scores = tf.matMul(tf.tensor2d(vectors, [count, vectors.length / count]), items);
    const logSums = tf.sub(tf.max(scores, 1), tf.log(tf.max(tf.softmax(scores), 1)));
    return { scores, logSums };
  });
  return { scores: take(tensors.scores), logSums: take(tensors.logSums) };
}

/** Adds the ranks of one query's targets to `recall` and returns their summed loss. */
function scoreQuery(
  scores: Float32Array,
  logSum: number,
  rows: EvaluationRows,
  query: number,
  recall: RecallCounter,
): number {
  const [from, to] = [rows.targetStart[query]!, rows.targetStart[query + 1]!];
  const own = new Float32Array(to - from);
  for (let t = from; t < to; t++) own[t - from] = scores[rows.items[t]! - 1]!;
  const ranks = countHigher(scores, own);
  let loss = 0;
  for (let t = from; t < to; t++) {
    const count = rows.rows[t]!;
    recall.add(ranks[t - from]!, count);
    loss += count * (logSum - own[t - from]!);
  }
  return loss;
}
