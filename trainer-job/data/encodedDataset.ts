/**
 * The training data as integers: what `transform` writes and all later stages read.
 *
 * A tower's *entities* are the distinct things that go through it: for the candidate tower the items, for the query tower
 * the distinct tuples of query features. A row is a pair (query entity, item). Because a row names entities, whatever
 * occurs twice in a batch is found by comparing integers, and is computed once.
 */
export type SplitName = 'train' | 'validation' | 'test';

export interface EncodedFeature {
  name: string;
  column: string;
  /** Values of the vocabulary; the embedding table has one row more, row 0 for out-of-vocabulary. */
  vocabularySize: number;
  /** Width of the embedding. */
  dim: number;
}

export interface EncodedTower {
  features: readonly EncodedFeature[];
  /** Position in `features` of the one that identifies the entity. */
  idFeature: number;
  entities: number;
  /** [entities, features] row-major: each entity's vocabulary index per feature. */
  table: Int32Array;
}

export interface EncodedRows {
  count: number;
  /** [count] query entity of each row. */
  query: Int32Array;
  /** [count] item of each row: its vocabulary index, 0 when it is out of vocabulary. */
  item: Int32Array;
}

export interface EncodedDataset {
  query: EncodedTower;
  /**
   * Entity i is the item of vocabulary index i; entity 0 stands for all unknown items and belongs to no catalogue. The
   * catalogue is entities 1 … entities - 1, most frequent in train first.
   */
  candidate: EncodedTower;
  /** Rows of each split in the split's order; with a `time` split, the order of time. */
  splits: Record<SplitName, EncodedRows>;
}
