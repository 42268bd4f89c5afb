import { expect, it } from 'vitest';
import { ratedDataset } from '../../../test/support/training/ratedDataset.js';
import { ratedPairs } from '../ratings/ratedPairs.js';
import { trainTargets } from './trainTargets.js';
import { userItemMean } from './userItemMean.js';

it('the mean of user and item predicts the same whatever the order of the rows, so that no tie is broken by rounding', async () => {
  const data = ratedDataset({ column: 'rating', threshold: 2.5 });
  const pairs = ratedPairs(data, 'train');
  const answer = (value: number) => (value >= 2.5 ? 1 : 0);
  const predicted = async (order: readonly number[]) => {
    const queries = Int32Array.from(order, (row) => pairs.queries[row]!);
    const items = Int32Array.from(order, (row) => pairs.items[row]!);
    const targets = Float32Array.from(order, (row) => pairs.targets[row]!);
    const rows = Int32Array.from(order, (row) => pairs.rows[row]!);
    const actual = Float64Array.from(targets, answer);
    const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
    const train = { pairs: { split: 'train' as const, queries, items, targets, rows }, actual, mean };
    return userItemMean(data, train, false).predict(pairs, async () => {});
  };
  const order = Array.from(pairs.items.keys());
  const all = await predicted(order);
  expect(new Set(all).size).toBeGreaterThan(10);
  expect(await predicted(order.toReversed())).toEqual(all);
  expect(await predicted(order.toSorted((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009)))).toEqual(all);
});

it('of yes or no the mean of user and item is a probability that the training rows allow, in the same order', async () => {
  const target = { column: 'rating', threshold: 4.5 };
  const data = ratedDataset(target);
  const train = trainTargets(data, data.target!);
  const predicted = async (isBinary: boolean) => [
    ...(await userItemMean(data, train, isBinary).predict(ratedPairs(data, 'test'), async () => {})),
  ];
  const [sums, probabilities] = [await predicted(false), await predicted(true)];
  expect(Math.min(...sums)).toBeLessThan(0);
  const least = 1 / (train.actual.length + 2);
  expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...probabilities)).toBeLessThanOrEqual(1 - least);
  const ranks = (values: readonly number[]) => {
    const ordered = [...new Set(values)].toSorted((a, b) => a - b);
    return values.map((value) => ordered.indexOf(value));
  };
  expect(ranks(probabilities)).toEqual(ranks(sums));
});
