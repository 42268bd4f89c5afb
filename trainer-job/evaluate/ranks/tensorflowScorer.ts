/** Scores blocks of queries with TensorFlow, one block at a time, in the memory of one. */
import * as tf from '@tensorflow/tfjs-core';
import { matMul, readAndDispose, withColumns } from '../../model/matrix.js';
import type { BlockScores, QueryBlock, ScoredItems } from './queryBlock.js';
import { withoutExcluded } from './excludedRanks.js';
import { logSumExp } from './logSumExp.js';
import { groupSize, targetRanks } from './targetRanks.js';

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

/** How many scores a query has against so many items: those that fill the last group are among them. */
export function scoresOfQuery(items: number): number {
  const size = groupSize(items);
  return Math.ceil(items / size) * size;
}

export class TensorflowScorer {
  private readonly items: Items;
  private readonly depth: number;

  constructor({ items, width, depth }: ScoredItems) {
    this.items = itemMatrix(items, width);
    this.depth = depth;
  }

  score({ queries, starts, excluded, ...targets }: QueryBlock): BlockScores {
    const count = starts.length - 1;
    // Scores are measured from that of a target: exp then holds them, however large they are.
    const references = highestTargetScores(queries, this.items, { starts, ...targets });
    const rows = withColumns(queries, queries.length / count, references, 1);
    const scores = tf.tidy(() => matMul(tf.tensor2d(rows, [count, rows.length / count]), this.items.matrix));
    const logSums = logSumExp(scores);
    const own = scoresOf(scores, starts, targets.items);
    const left = excluded && { ...excluded, scores: scoresOf(scores, excluded.start, excluded.items) };
    // What is left out takes up places that do not count.
    const depth = this.depth + (left ? longest(left.start) : 0);
    const ranks = targetRanks(scores, { starts, scores: own }, depth, this.items.groupSize);
    scores.dispose();
    if (left) withoutExcluded(ranks, { starts, scores: own }, left, this.depth, [0, count]);

    let loss = 0;
    for (let q = 0; q < count; q++) {
      for (let t = starts[q]!; t < starts[q + 1]!; t++) loss += targets.rows[t]! * (logSums[q]! - own[t]!);
    }
    return { loss, ranks };
  }

  dispose(): void {
    this.items.matrix.dispose();
  }
}

/** Added to the score of no item: so low that its exp is 0. */
const LOWEST = -1e30;

function itemMatrix(vectors: Float32Array, width: number): Items {
  const count = vectors.length / width;
  const columns = scoresOfQuery(count);
  const matrix = new Float32Array((width + 2) * columns);
  for (let item = 0, from = 0; item < count; item++) {
    for (let c = 0, to = item; c < width; c++, to += columns) matrix[to] = vectors[from++]!;
  }
  matrix.fill(-1, width * columns, (width + 1) * columns);
  matrix.fill(LOWEST, (width + 1) * columns + count);
  return { vectors, matrix: tf.tensor2d(matrix, [width + 2, columns]), groupSize: groupSize(count) };
}

type Targets = Pick<QueryBlock, 'starts' | 'items'>;

/** [queries] */
function highestTargetScores(
  queries: Float32Array,
  { vectors }: Items,
  { starts, items }: Targets,
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

/** Of ranges that begin and end there, the longest. */
function longest(starts: Int32Array): number {
  let most = 0;
  for (let i = 0; i + 1 < starts.length; i++) most = Math.max(most, starts[i + 1]! - starts[i]!);
  return most;
}

/** Of the items of each query, `starts[q]` … `starts[q + 1] - 1`: the very numbers that they are ranked among. */
function scoresOf(scores: tf.Tensor2D, starts: Int32Array, items: Int32Array): Float32Array {
  const [count, columns] = scores.shape;
  if (items.length === 0) return new Float32Array(0);
  const places = new Int32Array(items.length);
  for (let q = 0; q < count; q++) {
    for (let t = starts[q]!; t < starts[q + 1]!; t++) places[t] = q * columns + items[t]! - 1;
  }
  return readAndDispose(
    tf.tidy(() => tf.gather(tf.reshape(scores, [count * columns]), tf.tensor1d(places, 'int32'))),
  );
}
