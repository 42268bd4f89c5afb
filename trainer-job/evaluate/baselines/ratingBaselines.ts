/** What a rating model has to beat: the mean of all targets, and the mean with what user and item are usually off it. */
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { ratedPairs } from '../ratings/ratedPairs.js';
import type { Rater } from '../ratings/rater.js';
import { actualTargets } from '../ratings/ratingMetrics.js';

/** `globalMean` and `userItemMean`, of the training rows. */
export function ratingBaselines(data: EncodedDataset, target: FittedTarget): Rater[] {
  const train = ratedPairs(data, 'train');
  const truths = actualTargets(target, train);
  const users = usersOf(data, train.queries);
  const mean = truths.reduce((sum, value) => sum + value, 0) / Math.max(truths.length, 1);
  const ofItem = meansBy(
    train.items,
    truths.map((value) => value - mean),
    data.candidate.entities,
  );
  const rest = truths.map((value, i) => value - mean - ofItem[train.items[i]!]!);
  const ofUser = meansBy(users, rest, users.reduce((most, user) => Math.max(most, user), 0) + 1);
  return [
    {
      name: 'globalMean',
      settings: {},
      predict: async ({ targets }) => new Float64Array(targets.length).fill(mean),
    },
    {
      name: 'userItemMean',
      settings: {},
      predict: async ({ queries, items }) => {
        const ownUsers = usersOf(data, queries);
        return Float64Array.from(items, (item, i) => mean + ofItem[item]! + (ofUser[ownUsers[i]!] ?? 0));
      },
    },
  ];
}

function usersOf(data: EncodedDataset, queries: Int32Array): Int32Array {
  return queries.map((query) => data.query.ids[query]!);
}

/** [size] the mean of the values of each key, 0 where there are none. */
function meansBy(keys: Int32Array, values: Float64Array, size: number): Float64Array {
  const [sums, counts] = [new Float64Array(size), new Float64Array(size)];
  keys.forEach((key, i) => {
    sums[key]! += values[i]!;
    counts[key]! += 1;
  });
  return sums.map((sum, key) => sum / Math.max(counts[key]!, 1));
}
