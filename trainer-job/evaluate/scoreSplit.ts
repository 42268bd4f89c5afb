import * as tf from '@tensorflow/tfjs-core';
import type { Metrics, TrainingSpec } from '@trainyard/shared';
import { matMul, take, withColumns } from '../model/matrix.js';
import { maxScores } from '../model/maxScores.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { catalogue } from '../train/competition.js';
import type { EvaluationRows } from './evaluationRows.js';
import { logSumExp } from './logSumExp.js';
import { RecallCounter } from './recall.js';
import { groupSize, targetRanks } from './targetRanks.js';

/** What of a model its scores are made of. */
type Scoring = Pick<TwoTowerModel, 'width' | 'embed'> & {
  spec: Pick<TrainingSpec, 'training'>;
  candidate: { data: { entities: number } };
};

/**
 * `{prefix}loss`: the mean over the rows of the softmax cross-entropy over the whole catalogue, whatever negatives the model
 * trains with, and `{prefix}recall_at_K`. Empty when no row counts. Calls `between` after each block of queries.
 */
export async function scoreSplit(
  model: Scoring,
  rows: EvaluationRows,
  k: readonly number[],
  prefix: string,
  between: () => Promise<void> = async () => {},
): Promise<Metrics> {
  if (rows.rowCount === 0) return {};
  const { width } = model;
  const vectors = model.embed('candidate', catalogue(model.candidate.data.entities));
  const queries = model.embed('query', rows.queries);
  const items = itemMatrix(vectors, width);
  const recall = new RecallCounter(k);
  const block = Math.max(1, Math.floor(maxScores(model.spec) / items.matrix.shape[1]));
  let loss = 0;
  try {
    for (let start = 0; start < rows.queries.length; start += block) {
      const end = Math.min(start + block, rows.queries.length);
      const targets = targetsOf(rows, start, end);
      loss += scoreBlock(queries.subarray(start * width, end * width), items, targets, recall);
      await between();
    }
  } finally {
    // `between` may end the evaluation.
    items.matrix.dispose();
  }
  return { [`${prefix}loss`]: loss / rows.rowCount, ...recall.metrics(prefix) };
}

interface Items {
  /** [items, width] */
  vectors: Float32Array;
  /**
   * [width + 2, items]: a column is an item's vector, -1 and 0. Behind them come columns that score lower than any item, for a
   * whole number of groups.
   */
  matrix: tf.Tensor2D;
  groupSize: number;
}

/** Added to the score of no item: so low that its exp is 0. */
const LOWEST = -1e30;

function itemMatrix(vectors: Float32Array, width: number): Items {
  const count = vectors.length / width;
  const size = groupSize(count);
  const columns = Math.ceil(count / size) * size;
  const matrix = new Float32Array((width + 2) * columns);
  for (let item = 0, from = 0; item < count; item++) {
    for (let c = 0, to = item; c < width; c++, to += columns) matrix[to] = vectors[from++]!;
  }
  matrix.fill(-1, width * columns, (width + 1) * columns);
  matrix.fill(LOWEST, (width + 1) * columns + count);
  return { vectors, matrix: tf.tensor2d(matrix, [width + 2, columns]), groupSize: size };
}

/** What the queries of a block are asked: `starts` and `items` say it of the block's first query as of query 0. */
interface BlockTargets {
  starts: Int32Array;
  items: Int32Array;
  rows: Int32Array;
}

function targetsOf(rows: EvaluationRows, start: number, end: number): BlockTargets {
  const [from, to] = [rows.targetStart[start]!, rows.targetStart[end]!];
  return {
    starts: rows.targetStart.subarray(start, end + 1).map((at) => at - from),
    items: rows.items.subarray(from, to),
    rows: rows.rows.subarray(from, to),
  };
}

/** Adds the ranks of the targets of a block of queries to `recall` and returns their summed loss. */
function scoreBlock(
  queries: Float32Array,
  items: Items,
  targets: BlockTargets,
  recall: RecallCounter,
): number {
  const { starts } = targets;
  const count = starts.length - 1;
  // Scores are measured from that of a target: exp then holds them, however large they are.
  const references = highestTargetScores(queries, items, targets);
  const rows = withColumns(queries, queries.length / count, references, 1);
  const scores = tf.tidy(() => matMul(tf.tensor2d(rows, [count, rows.length / count]), items.matrix));
  const logSums = logSumExp(scores);
  const own = targetScores(scores, targets);
  const ranks = targetRanks(scores, { starts, scores: own }, recall.depth, items.groupSize);
  scores.dispose();

  let loss = 0;
  for (let q = 0; q < count; q++) {
    for (let t = starts[q]!; t < starts[q + 1]!; t++) {
      recall.add(ranks[t]!, targets.rows[t]!);
      loss += targets.rows[t]! * (logSums[q]! - own[t]!);
    }
  }
  return loss;
}

/** [queries] */
function highestTargetScores(
  queries: Float32Array,
  { vectors }: Items,
  { starts, items }: BlockTargets,
): Float32Array {
  const highest = new Float32Array(starts.length - 1).fill(-Infinity);
  const width = queries.length / highest.length;
  for (let q = 0; q < highest.length; q++) {
    for (let t = starts[q]!; t < starts[q + 1]!; t++) {
      const item = (items[t]! - 1) * width;
      let score = 0;
      for (let i = 0; i < width; i++) score += queries[q * width + i]! * vectors[item + i]!;
      if (score > highest[q]!) highest[q] = score;
    }
  }
  return highest;
}

/** [targets] of these scores: the very numbers that they are ranked among. */
function targetScores(scores: tf.Tensor2D, { starts, items }: BlockTargets): Float32Array {
  const [count, columns] = scores.shape;
  const places = new Int32Array(items.length);
  for (let q = 0; q < count; q++) {
    for (let t = starts[q]!; t < starts[q + 1]!; t++) places[t] = q * columns + items[t]! - 1;
  }
  return take(tf.tidy(() => tf.gather(tf.reshape(scores, [count * columns]), tf.tensor1d(places, 'int32'))));
}
