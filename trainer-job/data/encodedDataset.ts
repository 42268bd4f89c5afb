/**
 * The training data as numbers: what `transform` writes and all later stages read.
 *
 * A tower's *entities* are the distinct things that go through it: for the candidate tower the items, for the query tower
 * the distinct tuples of query features (or, where almost all of these are distinct, the rows). A row is a pair (query
 * entity, item). Because a row names entities, whatever occurs twice in a batch is found by comparing integers, and is
 * computed once.
 */
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import { totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { FittedTarget } from '@trainyard/recommender/encode/target';

export type SplitName = 'train' | 'validation' | 'test';

/** Encodings of entities, row-major: what a tower takes. */
export interface EntityRows {
  /** [entities, columns of embeddings' rows], -1 for none */
  indices: Int32Array;
  /** [entities, columns of numbers] */
  numbers: Float32Array;
}

/** What the encodings of a feature stand for. */
export interface FeatureMeaning {
  fitted: FittedFeature;
  /** The values of its vocabulary, in the order of their rows; read when asked for. */
  vocabulary(this: void): Promise<readonly string[]>;
}

export interface EncodedTower {
  features: readonly EncodedFeature[];
  /** Position in `features` of the one that identifies the entity. */
  idFeature: number;
  entities: number;
  /** [entities] each entity's row of the id's embedding; 0 is an unknown one. */
  ids: Int32Array;
  /** The encodings of some entities, in their order; the caller may change them. */
  rows(entities: Int32Array): EntityRows;
  /** Of a table that is not in memory: so many entities lie near each other, and so many such blocks are kept together. */
  blocks?: { entities: number; together: number };
  /** Of each of `features`, where what `transform` fitted is known. */
  meanings?: readonly FeatureMeaning[];
}

export interface EncodedRows {
  count: number;
  /** [count] query entity of each row. */
  query: Int32Array;
  /** [count] item of each row: its vocabulary index, 0 when it is out of vocabulary. */
  item: Int32Array;
  /** [count] what a rating predicts, in the column's own units; NaN where there is none. */
  target?: Float32Array;
  /** [count] 1 for what counts as an answer where `evaluation.relevant` says what does, 0 else; all rows if left out. */
  relevant?: Int32Array;
  /** [count] how much a training row counts, 1 on the average; all the same if left out. */
  weight?: Float32Array;
}

export interface EncodedDataset {
  query: EncodedTower;
  /**
   * Entity i is the item of vocabulary index i; entity 0 stands for all unknown items and belongs to no catalogue. The
   * catalogue is entities 1 … entities - 1, most frequent in train first unless the vocabulary was given.
   */
  candidate: EncodedTower;
  /** What the target becomes for training, where the rows have one. */
  target?: FittedTarget;
  /** Rows of each split in the split's order; with a `time` split, the order of time. */
  splits: Record<SplitName, EncodedRows>;
  /**
   * [rows of train] the time of each, in seconds since 1970 UTC, NaN where there is none; read when it is asked for. There is none
   * where the split has no times.
   */
  trainTimes?(this: void): Promise<Float64Array>;
}

/** When each test row happened. */
export interface TestTimes {
  column: string;
  /** [rows of test] in seconds since 1970 UTC, NaN where there is none. */
  seconds: Float64Array;
}

/** A tower whose table is in memory, [entities, columns] row-major. */
export function towerInMemory(
  features: readonly EncodedFeature[],
  idFeature: number,
  table: EntityRows,
): EncodedTower {
  const { indices: stride, numbers: width } = totalColumns(features);
  const entities = table.indices.length / stride;
  const idColumn = totalColumns(features.slice(0, idFeature)).indices;
  return {
    features,
    idFeature,
    entities,
    ids: Int32Array.from({ length: entities }, (_, entity) => table.indices[entity * stride + idColumn]!),
    rows: (wanted) => ({
      indices: rowsOf(table.indices, stride, wanted, Int32Array),
      numbers: rowsOf(table.numbers, width, wanted, Float32Array),
    }),
  };
}

function rowsOf<T extends Int32Array | Float32Array>(
  table: T,
  width: number,
  wanted: Int32Array,
  kind: new (length: number) => T,
): T {
  const rows = new kind(wanted.length * width);
  for (let i = 0, to = 0; i < wanted.length; i++) {
    const from = wanted[i]! * width;
    for (let c = 0; c < width; c++) rows[to++] = table[from + c]!;
  }
  return rows;
}
