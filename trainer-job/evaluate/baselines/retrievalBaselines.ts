/** What a model has to beat: recommending what sells, and recommending what the user bought before. */
import type { Metrics, MetricSplit, RetrievalBaseline } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { RecallCounter, type RecallFamily } from '../ranks/recall.js';

type Ranker = (query: number, item: number) => number;

/** The recall of a baseline on the rows, as metrics of their split. */
export function scoreBaseline(
  baseline: RetrievalBaseline,
  data: EncodedDataset,
  rows: EvaluationRows,
  k: readonly number[],
  split: MetricSplit,
  family?: RecallFamily,
): Metrics {
  const popularity = itemCounts(data);
  const popularityRank = ranksByCount(popularity);
  const rank: Ranker =
    baseline === 'popularity'
      ? (_query, item) => popularityRank[item]!
      : historyRanker(data, popularity, popularityRank);
  const recall = new RecallCounter(k);
  for (let q = 0; q < rows.queries.length; q++) {
    for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
      recall.add(rank(rows.queries[q]!, rows.items[t]!), rows.rows[t]!);
    }
  }
  return recall.metrics(split, family);
}

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
function historyRanker(data: EncodedDataset, popularity: Int32Array, popularityRank: Int32Array): Ranker {
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
  return (entity, target) => {
    const history = histories.get(userOf(entity)) ?? none;
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
}
