import type { EncodedDataset } from '../../data/encodedDataset.js';

/** Who had what in train, by the user: rows without a known user or a known item are none. */
export interface Interactions {
  /** Items of the catalogue, and one more: the unknown item 0. */
  entities: number;
  /** [users + 1] what user u had is `items[start[u]]` … `items[start[u + 1] - 1]`; user 0, the unknown one, had nothing. */
  start: Int32Array;
  /** Distinct per user and ascending, from 1, and the number of rows of each. */
  items: Int32Array;
  counts: Int32Array;
}

export function interactionsOf({ query, candidate, splits: { train } }: EncodedDataset): Interactions {
  const counted = (row: number) => query.ids[train.query[row]!] !== 0 && train.item[row] !== 0;
  const users = query.ids.reduce((most, user) => Math.max(most, user), 0) + 1;
  const rowsUntil = new Int32Array(users + 1);
  for (let row = 0; row < train.count; row++) {
    if (counted(row)) rowsUntil[query.ids[train.query[row]!]! + 1]! += 1;
  }
  for (let user = 0; user < users; user++) rowsUntil[user + 1]! += rowsUntil[user]!;
  const sorted = new Int32Array(rowsUntil[users]!);
  const next = rowsUntil.slice();
  for (let row = 0; row < train.count; row++) {
    if (counted(row)) sorted[next[query.ids[train.query[row]!]!]!++] = train.item[row]!;
  }
  return { entities: candidate.entities, ...distinctByUser(sorted, rowsUntil) };
}

/** What is distinct is written over what was read already. */
function distinctByUser(items: Int32Array, rowsUntil: Int32Array): Omit<Interactions, 'entities'> {
  const start = new Int32Array(rowsUntil.length);
  const counts = new Int32Array(items.length);
  let size = 0;
  for (let user = 0; user + 1 < rowsUntil.length; user++) {
    const own = items.subarray(rowsUntil[user], rowsUntil[user + 1]).toSorted();
    start[user] = size;
    for (let i = 0; i < own.length; i++) {
      if (i > 0 && items[size - 1] === own[i]) counts[size - 1]! += 1;
      else {
        items[size] = own[i]!;
        counts[size++] = 1;
      }
    }
  }
  start[rowsUntil.length - 1] = size;
  return { start, items: items.slice(0, size), counts: counts.slice(0, size) };
}

/** The items that a user had; none of one who is not among them. */
export function itemsOf({ start, items }: Interactions, user: number): Int32Array {
  return items.subarray(start[user] ?? 0, start[user + 1] ?? 0);
}

/** [entities] how many training rows each item has, of whatever user; the unknown item 0 counts nothing. */
export function itemCounts({ candidate, splits: { train } }: EncodedDataset): Float64Array {
  const counts = new Float64Array(candidate.entities);
  for (const item of train.item) counts[item]! += 1;
  counts[0] = 0;
  return counts;
}
