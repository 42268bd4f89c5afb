import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedRows, EntityRows } from '../../data/encodedDataset.js';
import { distinctFinder, type Distinct } from '../../model/distinct.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { valuesAt } from '../../model/valuesAt.js';
import { augmenter } from './augment.js';
import { competition, type Competition, type StepNumber } from './competition.js';

/** What a batch of training rows is computed of. */
export interface PreparedBatch {
  queries: Distinct;
  items: Int32Array;
  competing: Omit<Competition, 'items'>;
  /** What the towers take of the queries and the items. */
  queryRows: EntityRows;
  itemRows: EntityRows;
  /** [items] how often each goes through its tower, as batch normalization counts. */
  itemCounts: Float32Array;
}

export type BatchOf = (batch: Int32Array, at: StepNumber) => PreparedBatch;

/** Finds the distinct queries of batches and the items that compete, and reads what the towers take of them. */
export function batchOf(model: TwoTowerModel, rows: EncodedRows): BatchOf {
  const { spec, query, candidate } = model;
  const distinctQueries = distinctFinder(query.data.entities);
  const compete = competition(model, rows);
  const augmentQueries = augmenter('query', query.data.features, spec.training);
  const augmentItems = augmenter('candidate', candidate.data.features, spec.training);
  return (batch, at) => {
    const queries = distinctQueries(valuesAt(rows.query, batch));
    const { items, ...competing } = compete(valuesAt(rows.item, batch), at);
    return {
      queries,
      items,
      competing,
      queryRows: augmentQueries(query.data.rows(queries.values), at),
      itemRows: augmentItems(candidate.data.rows(items), at),
      itemCounts: occurrences(items.length, competing.rowItem, spec),
    };
  };
}

/**
 * [items] how often each item would go through its tower if the batch were written out: every item of a catalogue once,
 * else an item of the batch as often as it occurs, and one that was drawn once.
 */
function occurrences(items: number, rowItem: Int32Array, { model, training }: TrainingSpec): Float32Array {
  if (model.type !== 'ranking' && training.negatives.type === 'catalogue')
    return new Float32Array(items).fill(1);
  const counts = new Float32Array(items);
  for (const item of rowItem) counts[item]! += 1;
  for (let i = 0; i < items; i++) counts[i] = Math.max(counts[i]!, 1);
  return counts;
}
