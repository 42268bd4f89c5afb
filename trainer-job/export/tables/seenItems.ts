/** Which items each user has, from the encoded rows of all splits: what a recommendation leaves out is all that is known of a user. */
import type { Seen } from '@trainyard/recommender/format/seen';
import type { EncodedDataset, EncodedRows, SplitName } from '../../data/encodedDataset.js';

/** Rows between two turns of others. */
const AT_ONCE = 1 << 20;

/** In compressed rows, as `seen.bin` has them. */
export interface SeenItems extends Pick<Seen, 'users' | 'items' | 'pairs' | 'rowsLeftOut'> {
  /** [users + 1] the end of each user's items in `list`; the first is 0. */
  ends: Uint32Array;
  /** [pairs] positions in the catalogue; a user's newest first, each once. */
  list: Uint32Array;
}

/** Rows of train are older than those of validation, and those older than those of test; within a split they are in its order. */
const OLDEST_FIRST: readonly SplitName[] = ['train', 'validation', 'test'];

/** Linear in the rows; memory holds two integers a row and one an item. */
export async function seenItems(
  { query, candidate, splits }: Pick<EncodedDataset, 'query' | 'candidate' | 'splits'>,
  users: number,
  between: () => Promise<void>,
): Promise<SeenItems> {
  const items = candidate.entities - 1;
  const rowEnds = new Uint32Array(users + 1);
  let rowsLeftOut = 0;
  await eachRow(splits, query.ids, between, (user, item) => {
    if (user < 0 || item < 0) rowsLeftOut += 1;
    else rowEnds[user + 1]! += 1;
  });
  for (let user = 0; user < users; user++) rowEnds[user + 1]! += rowEnds[user]!;
  /** Every row's item, a user's oldest first. */
  const rows = new Uint32Array(rowEnds[users]!);
  const next = rowEnds.slice(0, users);
  await eachRow(splits, query.ids, between, (user, item) => {
    if (user >= 0 && item >= 0) rows[next[user]!++] = item;
  });
  const ends = new Uint32Array(users + 1);
  /** [items] the last user, from 1, that has each. */
  const holder = new Uint32Array(items);
  const list = new Uint32Array(rows.length);
  let pairs = 0;
  for (let user = 0; user < users; user++) {
    for (let row = rowEnds[user + 1]! - 1; row >= rowEnds[user]!; row--) {
      const item = rows[row]!;
      if (holder[item] === user + 1) continue;
      holder[item] = user + 1;
      list[pairs++] = item;
    }
    ends[user + 1] = pairs;
    if (user % 65_536 === 0) await between();
  }
  return { users, items, pairs, rowsLeftOut, ends, list: list.slice(0, pairs) };
}

/** Calls `take` with the positions of each row's user and item in their vocabularies, -1 for an unknown one. */
async function eachRow(
  splits: Record<SplitName, EncodedRows>,
  ids: Int32Array,
  between: () => Promise<void>,
  take: (user: number, item: number) => void,
): Promise<void> {
  for (const name of OLDEST_FIRST) {
    const { count, query, item } = splits[name];
    for (let row = 0; row < count; row++) {
      take(ids[query[row]!]! - 1, item[row]! - 1);
      if (row % AT_ONCE === AT_ONCE - 1) await between();
    }
  }
}
