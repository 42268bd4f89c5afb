/** Scores blocks of queries against a whole catalogue, one block at a time, in the memory of one. */
import * as tf from '@tensorflow/tfjs-core';
import { matMul, readAndDispose, withColumns } from '../../model/matrix.js';
import { logSumExp } from './logSumExp.js';
import { groupSize, targetRanks } from './targetRanks.js';

/** Some queries, and what they are asked: `starts` and `items` say it of the block's first query as of query 0. */
export interface QueryBlock {
  /** [queries, width] */
  queries: Float32Array;
  /** [queries + 1] the targets of query q are `starts[q]` … `starts[q + 1] - 1` */
  starts: Int32Array;
  /** [targets] items, from 1, and how many rows each stands for */
  items: Int32Array;
  rows: Int32Array;
}

export interface BlockScores {
  /** The softmax cross-entropy over the catalogue, summed over the rows. */
  loss: number;
  /** [targets] how many items score higher, at most `depth`. */
  ranks: Int32Array;
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

/** How many scores a query has against so many items: those that fill the last group are among them. */
export function scoresOfQuery(items: number): number {
  const size = groupSize(items);
  return Math.ceil(items / size) * size;
}

export class BlockScorer {
  private readonly items: Items;

  /** `items` is [items, width]. */
  constructor(
    items: Float32Array,
    width: number,
    private readonly depth: number,
  ) {
    this.items = itemMatrix(items, width);
  }

  score({ queries, starts, ...targets }: QueryBlock): BlockScores {
    const count = starts.length - 1;
    // Scores are measured from that of a target: exp then holds them, however large they are.
    const references = highestTargetScores(queries, this.items, { starts, ...targets });
    const rows = withColumns(queries, queries.length / count, references, 1);
    const scores = tf.tidy(() => matMul(tf.tensor2d(rows, [count, rows.length / count]), this.items.matrix));
    const logSums = logSumExp(scores);
    const own = targetScores(scores, { starts, ...targets });
    const ranks = targetRanks(scores, { starts, scores: own }, this.depth, this.items.groupSize);
    scores.dispose();

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

/** [targets] of these scores: the very numbers that they are ranked among. */
function targetScores(scores: tf.Tensor2D, { starts, items }: Targets): Float32Array {
  const [count, columns] = scores.shape;
  const places = new Int32Array(items.length);
  for (let q = 0; q < count; q++) {
    for (let t = starts[q]!; t < starts[q + 1]!; t++) places[t] = q * columns + items[t]! - 1;
  }
  return readAndDispose(
    tf.tidy(() => tf.gather(tf.reshape(scores, [count * columns]), tf.tensor1d(places, 'int32'))),
  );
}
