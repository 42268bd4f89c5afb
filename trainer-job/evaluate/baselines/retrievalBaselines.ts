/** What a model has to beat: recommending what sells, and recommending what the user bought before. */
import type { RetrievalBaseline } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Ranker } from '../ranks/ranker.js';

type RankOf = (query: number, item: number) => number;
type IsHigher = (query: number, item: number, than: number) => boolean;

/** What is computed of the training rows alone. */
export function retrievalBaseline(name: RetrievalBaseline, data: EncodedDataset): Ranker {
  const popularity = itemCounts(data);
  const popularityRank = ranksByCount(popularity);
  const { rank, isHigher } =
    name === 'popularity'
      ? {
          rank: (_query: number, item: number) => popularityRank[item]!,
          isHigher: (_query: number, item: number, than: number) => popularity[item]! > popularity[than]!,
        }
      : historyRanker(data, popularity, popularityRank);
  return {
    name,
    settings: {},
    async ranks({ queries, targetStart, items, excluded }, between) {
      const ranks = new Int32Array(items.length);
      for (const [q, query] of queries.entries()) {
        const without = excluded?.items.subarray(excluded.start[q], excluded.start[q + 1]) ?? NOTHING;
        for (let t = targetStart[q]!; t < targetStart[q + 1]!; t++) {
          const item = items[t]!;
          ranks[t] = rank(query, item) - without.filter((other) => isHigher(query, other, item)).length;
        }
        await between();
      }
      return ranks;
    },
  };
}

const NOTHING = new Int32Array(0);

/** [entities] how many training rows each item has; the unknown item 0 counts nothing. */
function itemCounts(data: EncodedDataset): Int32Array {
  const counts = new Int32Array(data.candidate.entities);
  for (const item of data.splits.train.item) counts[item]! += 1;
  counts[0] = 0;
  return counts;
}

/** [entities] for each item, how many items have a strictly higher count. */
function ranksByCount(counts: Int32Array): Int32Array {
  const order = Array.from(counts.keys())
    .slice(1)
    .toSorted((a, b) => counts[b]! - counts[a]!);
  const ranks = new Int32Array(counts.length);
  let higher = 0;
  order.forEach((item, i) => {
    const before = order[i - 1];
    if (before !== undefined && counts[before] !== counts[item]) higher = i;
    ranks[item] = higher;
  });
  return ranks;
}

/** By how often the user had the item in train; ties, such as all items never had, by popularity. */
function historyRanker(
  data: EncodedDataset,
  popularity: Int32Array,
  popularityRank: Int32Array,
): { rank: RankOf; isHigher: IsHigher } {
  const userOf = (query: number) => data.query.ids[query]!;
  const histories = new Map<number, Map<number, number>>();
  const { query, item, count } = data.splits.train;
  for (let row = 0; row < count; row++) {
    const user = userOf(query[row]!);
    let history = histories.get(user);
    if (!history) histories.set(user, (history = new Map()));
    const had = item[row]!;
    if (had !== 0) history.set(had, (history.get(had) ?? 0) + 1);
  }
  const none = new Map<number, number>();
  const historyOf = (entity: number) => histories.get(userOf(entity)) ?? none;
  const rank: RankOf = (entity, target) => {
    const history = historyOf(entity);
    const times = history.get(target) ?? 0;
    const popular = popularity[target]!;
    let higher = 0;
    let alsoMorePopular = 0;
    for (const [had, hadTimes] of history) {
      const isMorePopular = popularity[had]! > popular;
      if (isMorePopular) alsoMorePopular++;
      if (hadTimes > times || (hadTimes === times && isMorePopular)) higher++;
    }
    // Items never had come after all that were, so they only count for a target that was never had either.
    return times > 0 ? higher : higher + popularityRank[target]! - alsoMorePopular;
  };
  const isHigher: IsHigher = (entity, one, than) => {
    const history = historyOf(entity);
    const [times, thanTimes] = [history.get(one) ?? 0, history.get(than) ?? 0];
    return times > thanTimes || (times === thanTimes && popularity[one]! > popularity[than]!);
  };
  return { rank, isHigher };
}
