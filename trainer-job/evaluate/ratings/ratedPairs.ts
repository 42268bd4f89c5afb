import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';
import { valuesAt } from '../../model/valuesAt.js';

/** The rows of a split that have a target, and whose user and item both occur in train. */
export interface RatedPairs {
  split: SplitName;
  /** [rows] positions in the split, ascending */
  rows: Int32Array;
  /** [rows] entities */
  queries: Int32Array;
  items: Int32Array;
  /** [rows] in the column's own units */
  targets: Float32Array;
}

export function ratedPairs(data: EncodedDataset, split: SplitName): RatedPairs {
  const { query, item, count, target } = data.splits[split];
  if (!target) throw new Error('the encoded rows have no target');
  const kept = Int32Array.from({ length: count }, (_, row) => row).filter(
    (row) => data.query.ids[query[row]!] !== 0 && item[row] !== 0 && !Number.isNaN(target[row]!),
  );
  return {
    split,
    rows: kept,
    queries: valuesAt(query, kept),
    items: valuesAt(item, kept),
    targets: valuesAt(target, kept),
  };
}
