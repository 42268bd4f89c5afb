import { protocolOf, seedOf, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { permutation, randomFor } from '../../model/random.js';
import { valuesAt } from '../../model/valuesAt.js';

/**
 * The data with the validation rows that epochs are measured by: all of them, or as many as `evaluation.evalSteps` batches hold,
 * the same in every epoch. Where users are measured, they are drawn whole, until there are so many rows.
 */
export function validationSample(
  data: EncodedDataset,
  { evaluation, training }: Pick<TrainingSpec, 'evaluation' | 'training'>,
): EncodedDataset {
  const { validation } = data.splits;
  const most = (evaluation.evalSteps ?? Infinity) * training.batchSize;
  if (validation.count <= most) return data;
  const random = randomFor(seedOf(training, 'evaluation'), 'validation sample');
  const drawn =
    protocolOf(evaluation).per === 'row'
      ? permutation(validation.count, random).subarray(0, most).toSorted()
      : rowsOfUsers(data, (users) => permutation(users, random), most);
  const { query, item, target, relevant } = validation;
  const sampled = {
    count: drawn.length,
    query: valuesAt(query, drawn),
    item: valuesAt(item, drawn),
    ...(target && { target: valuesAt(target, drawn) }),
    ...(relevant && { relevant: valuesAt(relevant, drawn) }),
  };
  return { ...data, splits: { ...data.splits, validation: sampled } };
}

/** The validation rows of known users, one user after the other, until there are `most`; in the order of the rows. */
function rowsOfUsers(
  { query, splits }: EncodedDataset,
  orderOf: (users: number) => Int32Array,
  most: number,
): Int32Array {
  const rowsOf = new Map<number, number[]>();
  splits.validation.query.forEach((entity, row) => {
    const user = query.ids[entity]!;
    if (user === 0) return;
    const rows = rowsOf.get(user);
    if (rows) rows.push(row);
    else rowsOf.set(user, [row]);
  });
  const users = [...rowsOf.keys()].toSorted((a, b) => a - b);
  const drawn: number[] = [];
  for (const place of orderOf(users.length)) {
    if (drawn.length >= most) break;
    drawn.push(...rowsOf.get(users[place]!)!);
  }
  return Int32Array.from(drawn).toSorted();
}
