import { seedOf, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { permutation, randomFor } from '../../model/random.js';
import { valuesAt } from '../../model/valuesAt.js';

/**
 * The data with a few rows for its training split: the same in every epoch, drawn of those that are trained on. What a model
 * remembers of them shows how it overfits. Undefined where none are wanted.
 */
export function trainSample(
  data: EncodedDataset,
  rows: Int32Array,
  { evaluation, training }: Pick<TrainingSpec, 'evaluation' | 'training'>,
): EncodedDataset | undefined {
  if (evaluation.trainSample === 0) return undefined;
  const order = permutation(rows.length, randomFor(seedOf(training, 'shuffle'), 'train sample'));
  const drawn = valuesAt(rows, order.subarray(0, evaluation.trainSample).toSorted());
  const { query, item, target, relevant } = data.splits.train;
  const train = {
    count: drawn.length,
    query: valuesAt(query, drawn),
    item: valuesAt(item, drawn),
    ...(target && { target: valuesAt(target, drawn) }),
    ...(relevant && { relevant: valuesAt(relevant, drawn) }),
  };
  return { ...data, splits: { ...data.splits, train } };
}
