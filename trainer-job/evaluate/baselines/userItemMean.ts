import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Rater } from '../ratings/rater.js';
import type { TrainTargets } from './trainTargets.js';

/**
 * The mean of all targets of train, plus what the item is off it on the average, plus what the user is off both on the average: the
 * biases of Y. Koren, R. Bell and C. Volinsky, "Matrix factorization techniques for recommender systems", 2009, one after the other.
 */
export function userItemMean(data: EncodedDataset, { pairs, actual, mean }: TrainTargets): Rater {
  const ofItem = meansBy(
    pairs.items,
    actual.map((value) => value - mean),
    data.candidate.entities,
  );
  const rest = actual.map((value, i) => value - mean - ofItem[pairs.items[i]!]!);
  const users = usersOf(data, pairs.queries);
  const ofUser = meansBy(users, rest, users.reduce((most, user) => Math.max(most, user), 0) + 1);
  return {
    name: 'userItemMean',
    settings: {},
    predict: async ({ queries, items }) => {
      const own = usersOf(data, queries);
      return Float64Array.from(items, (item, i) => mean + ofItem[item]! + (ofUser[own[i]!] ?? 0));
    },
  };
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
