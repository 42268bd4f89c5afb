import type { EncodedDataset } from '../../data/encodedDataset.js';

/** What training has of each value of a tower's id, in the order of its vocabulary. */
export interface TrainingRows {
  /** [values] how many training rows have it. */
  counts: Int32Array;
  /** [values] the newest of them, as a position among the training rows; -1 where there is none. */
  newest: Int32Array;
}

/** `values`: as many as the vocabulary of the id has. The newest row is the last one in the order of the split. */
export function trainingRowsOf(
  { query, splits: { train } }: Pick<EncodedDataset, 'query' | 'splits'>,
  tower: 'query' | 'candidate',
  values: number,
): TrainingRows {
  const rows: TrainingRows = { counts: new Int32Array(values), newest: new Int32Array(values).fill(-1) };
  for (let row = 0; row < train.count; row++) {
    const value = (tower === 'query' ? query.ids[train.query[row]!]! : train.item[row]!) - 1;
    if (value < 0 || value >= values) continue;
    rows.counts[value]! += 1;
    rows.newest[value] = row;
  }
  return rows;
}
