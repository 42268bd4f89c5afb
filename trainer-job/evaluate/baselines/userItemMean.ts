import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Rater } from '../ratings/rater.js';
import type { TrainTargets } from './trainTargets.js';

/**
 * The mean of all targets of train, plus what the item is off it on the average, plus what the user is off both on the average: the
 * biases of Y. Koren, R. Bell and C. Volinsky, "Matrix factorization techniques for recommender systems", 2009, one after the other.
 */
export function userItemMean(
  data: EncodedDataset,
  { pairs, actual, mean }: TrainTargets,
  isBinary: boolean,
): Rater {
  const ofItem = meansBy(
    pairs.items,
    actual.map((value) => value - mean),
    data.candidate.entities,
  );
  const rest = actual.map((value, i) => value - mean - ofItem[pairs.items[i]!]!);
  const users = usersOf(data, pairs.queries);
  const ofUser = meansBy(users, rest, users.reduce((most, user) => Math.max(most, user), 0) + 1);
  const exact = settled(actual);
  const probable = isBinary ? asProbability(actual.length) : (prediction: number) => prediction;
  return {
    name: 'userItemMean',
    settings: {},
    predict: async ({ queries, items }) => {
      const own = usersOf(data, queries);
      return Float64Array.from(items, (item, i) =>
        probable(exact(mean + ofItem[item]! + (ofUser[own[i]!] ?? 0))),
      );
    },
  };
}

/**
 * Sums of means are no probabilities: a row that comes out though it was held to be impossible costs more than all others together.
 * No prediction is beyond the rule of succession of P.-S. Laplace, which takes `rows` and one more of each kind. What is near that or
 * beyond is pressed together, in its order: predictions that are told apart stay so, and with them the areas under curves.
 */
function asProbability(rows: number): (prediction: number) => number {
  const least = 1 / (rows + 2);
  const edge = Math.min(2 * least, 0.5);
  const pressed = (beyond: number) => least + (edge - least) / (1 + beyond);
  return (prediction) => {
    if (prediction < edge) return pressed(edge - prediction);
    return prediction > 1 - edge ? 1 - pressed(prediction - (1 - edge)) : prediction;
  };
}

/** A prediction is told to so small a part of the targets' size: what is beyond is the rounding of sums in one order or another. */
const PARTS = 2 ** 40;

/** Makes the same of what is the same in exact numbers, so that ties, and what reaches a threshold, are no matter of rounding. */
function settled(actual: Float64Array): (prediction: number) => number {
  const size = actual.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(actual.length, 1);
  const step = 2 ** Math.ceil(Math.log2(size)) / PARTS;
  return (prediction) => (step > 0 ? Math.round(prediction / step) * step : prediction);
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
