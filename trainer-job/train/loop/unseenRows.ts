/**
 * Rows of embeddings that training never changes: those of values that no training row has, such as unknown users and items, new
 * categories, words and missing values. Left as they start, at random, a tower without layers would order by them. They are the
 * mean of the rows that training rows name, each as often as it is named: what is known of a value that nobody has seen.
 */
import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedRows } from '../../data/encodedDataset.js';
import { dropoutOf } from '../batch/lookupDropout.js';
import type { Parameter } from '../../model/parameter.js';
import type { Tower } from '../../model/tower.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { valuesAt } from '../../model/valuesAt.js';

/** Fewer training rows with an unknown or missing value say little of all those to come. */
const ENOUGH_ROWS = 100;

interface Unseen {
  table: Parameter;
  /** [rows] how often training rows name each, 0 for those that are set to the mean. */
  counts: Float64Array;
}

/** Makes what sets the rows, from what the others are when it is called; `learned` are positions of the rows that are learned from. */
export function unseenRows(model: TwoTowerModel, rows: EncodedRows, learned: Int32Array): () => void {
  const unseen = [
    ...unseenOf(model.query, valuesAt(rows.query, learned), model.spec),
    ...unseenOf(model.candidate, valuesAt(rows.item, learned), model.spec),
  ];
  return () => unseen.forEach(setToMean);
}

function unseenOf(tower: Tower, entities: Int32Array, { training }: TrainingSpec): Unseen[] {
  const counts = tower.namedBy(entities);
  const features = tower.data.features.filter(({ kind }) => kind === 'embedding');
  return tower.embeddings.map((table, f) => {
    const own = counts[f]!;
    const feature = features[f];
    if (feature?.transform === 'lookup') {
      const isDropped = dropoutOf(feature.name, training.augmentation?.lookupDropout) > 0;
      // Row 0 is of all values that are unknown or missing; where lookups drop out, it is trained as theirs.
      if (isDropped) own[0] = Math.max(own[0]!, 1);
      else if (own[0]! < ENOUGH_ROWS) own[0] = 0;
    }
    return { table, counts: own };
  });
}

function setToMean({ table: { values, columns }, counts }: Unseen): void {
  const sum = new Float64Array(columns);
  let total = 0;
  counts.forEach((count, row) => {
    if (count === 0) return;
    total += count;
    for (let c = 0; c < columns; c++) sum[c]! += count * values[row * columns + c]!;
  });
  if (total === 0) return;
  const mean = Float32Array.from(sum, (value) => value / total);
  counts.forEach((count, row) => {
    if (count === 0) values.set(mean, row * columns);
  });
}
