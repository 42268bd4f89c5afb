import type { Excluded } from './excluded.js';
import type { ScoringWay } from './scoringWay.js';

/** Some queries, and what they are asked: `starts` and `items` say it of the block's first query as of query 0. */
export interface QueryBlock {
  /** [queries, width] */
  queries: Float32Array;
  /** [queries + 1] the targets of query q are `starts[q]` … `starts[q + 1] - 1` */
  starts: Int32Array;
  /** [targets] items, from 1, and how many rows each stands for */
  items: Int32Array;
  rows: Int32Array;
  /** What is left out of the ranking of each query, none of it a target; `start` as `starts`. */
  excluded: Excluded | null;
  /** Who computes its scores. */
  by: ScoringWay;
}

export interface BlockScores {
  /** The softmax cross-entropy over the catalogue, summed over the rows. */
  loss: number;
  /** [targets] how many items that are not left out score higher, at most `depth`. */
  ranks: Int32Array;
}

/** What blocks are scored against. */
export interface ScoredItems {
  /** [items, width] */
  items: Float32Array;
  width: number;
  /** Ranks from here on are not told apart. */
  depth: number;
}
