import type { EvaluationRows } from '../ranks/evaluationRows.js';

/**
 * [entities] how many items of the catalogue come before each. Rows are asked for one by one: there equal items have the same
 * place. A user has one list, and in a list no two items have the same place: there equal ones come in the order of the catalogue.
 */
export type Places = Readonly<Record<EvaluationRows['per'], Int32Array>>;

/** The highest value first; of equal values the second decides, where there is one. */
export function placesBy(values: Float64Array, second?: Float64Array): Places {
  const compare = (a: number, b: number) => values[b]! - values[a]! || (second ? second[b]! - second[a]! : 0);
  // Sorting is stable: what is equal stays in the order of the catalogue.
  const order = Array.from(values.keys()).slice(1).toSorted(compare);
  const [row, user] = [new Int32Array(values.length), new Int32Array(values.length)];
  let higher = 0;
  order.forEach((item, i) => {
    const before = order[i - 1];
    if (before !== undefined && compare(before, item) !== 0) higher = i;
    row[item] = higher;
    user[item] = i;
  });
  return { row, user };
}
