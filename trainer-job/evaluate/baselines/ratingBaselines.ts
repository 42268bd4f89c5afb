/** What a rating model has to beat: the mean of all targets, and the mean with what user and item are usually off it. */
import type { Metrics, MetricSplit } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import { ratedPairs, type RatedPairs } from '../ratings/ratedPairs.js';
import { actualTarget, ratingMetrics } from '../ratings/ratingMetrics.js';

/** `globalMean` and `userItemMean` on the pairs. */
export function ratingBaselines(
  data: EncodedDataset,
  target: FittedTarget,
  pairs: RatedPairs,
  isBinary: boolean,
  split: MetricSplit,
): Record<string, Metrics> {
  const train = ratedPairs(data, 'train');
  const truths = Float64Array.from(train.targets, (value) => actualTarget(target, value));
  const users = usersOf(data, train.queries);
  const mean = truths.reduce((sum, value) => sum + value, 0) / Math.max(truths.length, 1);
  const ofItem = meansBy(
    train.items,
    truths.map((value) => value - mean),
    data.candidate.entities,
  );
  const rest = truths.map((value, i) => value - mean - ofItem[train.items[i]!]!);
  const ofUser = meansBy(users, rest, users.reduce((most, user) => Math.max(most, user), 0) + 1);

  const actual = Float64Array.from(pairs.targets, (value) => actualTarget(target, value));
  const ownUsers = usersOf(data, pairs.queries);
  const predictions = {
    globalMean: actual.map(() => mean),
    userItemMean: actual.map((_, i) => mean + ofItem[pairs.items[i]!]! + (ofUser[ownUsers[i]!] ?? 0)),
  };
  return Object.fromEntries(
    Object.entries(predictions).map(([name, predicted]) => [
      name,
      ratingMetrics({ predicted, actual }, isBinary, split),
    ]),
  );
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
