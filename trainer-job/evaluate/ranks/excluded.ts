/** What is left out of rankings: the items that users have had. */
import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';

export interface Excluded {
  /** [queries + 1] what query q lacks are `items[start[q]]` … `items[start[q + 1] - 1]` */
  start: Int32Array;
  /** Distinct items per query, from 1, in ascending order. */
  items: Int32Array;
}

/** The distinct items of each user's rows, ascending. */
export class ItemsOfUsers {
  constructor(
    private readonly start: Int32Array,
    private readonly items: Int32Array,
  ) {}

  of(user: number): Int32Array {
    return this.items.subarray(this.start[user], this.start[user + 1]);
  }

  has(user: number, item: number): boolean {
    const items = this.of(user);
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (items[middle]! < item) low = middle + 1;
      else high = middle;
    }
    return items[low] === item;
  }
}

/** Of unknown users and of unknown items there are none. */
export function itemsOfUsers(data: EncodedDataset, splits: readonly SplitName[]): ItemsOfUsers {
  const { ids } = data.query;
  const start = new Int32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 2);
  const each = (take: (user: number, item: number) => void) => {
    for (const split of splits) {
      const { count, query, item } = data.splits[split];
      for (let row = 0; row < count; row++) {
        const user = ids[query[row]!]!;
        if (user !== 0 && item[row] !== 0) take(user, item[row]!);
      }
    }
  };
  each((user) => start[user + 1]!++);
  for (let user = 1; user < start.length; user++) start[user]! += start[user - 1]!;
  const items = new Int32Array(start.at(-1)!);
  const next = start.slice();
  each((user, item) => (items[next[user]!++] = item));
  return distinct(start, items);
}

function distinct(start: Int32Array, items: Int32Array): ItemsOfUsers {
  const starts = new Int32Array(start.length);
  let kept = 0;
  for (let user = 0; user + 1 < start.length; user++) {
    const ascending = items.subarray(start[user], start[user + 1]).toSorted();
    ascending.forEach((item, i) => {
      if (item !== ascending[i - 1]) items[kept++] = item;
    });
    starts[user + 1] = kept;
  }
  return new ItemsOfUsers(starts, items.slice(0, kept));
}

export function listedPerQuery(had: ItemsOfUsers, users: Int32Array): Excluded {
  return oneAfterTheOther(Array.from(users, (user) => had.of(user)));
}

/** Lists of items as one: list q is `items[start[q]]` … `items[start[q + 1] - 1]`. */
export function oneAfterTheOther(lists: readonly Int32Array[]): { start: Int32Array; items: Int32Array } {
  const start = new Int32Array(lists.length + 1);
  lists.forEach((list, q) => (start[q + 1] = start[q]! + list.length));
  const items = new Int32Array(start.at(-1)!);
  lists.forEach((list, q) => items.set(list, start[q]));
  return { start, items };
}

const NOTHING = new Int32Array(0);

/** The items that are left out of the ranking of query `q`. */
export function excludedOf({ excluded }: { excluded: Excluded | null }, q: number): Int32Array {
  return excluded ? excluded.items.subarray(excluded.start[q], excluded.start[q + 1]) : NOTHING;
}
