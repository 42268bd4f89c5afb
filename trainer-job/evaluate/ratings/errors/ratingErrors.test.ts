import { describe, expect, it } from 'vitest';
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { towerInMemory, type EncodedDataset, type EncodedTower } from '../../../data/encodedDataset.js';
import { randomFor } from '../../../model/random.js';
import { MODEL } from '../../part.js';
import { distributionOf } from './distribution.js';
import { largestRows, ratingErrors } from './ratingErrors.js';

const embedding = (name: string, rows: number): EncodedFeature => ({
  name,
  columns: [name],
  transform: 'lookup',
  kind: 'embedding',
  rows,
  dim: 2,
  indices: 1,
});
const numbers = (name: string, width: number): EncodedFeature => ({
  name,
  columns: [name],
  transform: 'normalize',
  kind: 'numbers',
  width,
});
const lookup: FittedFeature = { transform: 'lookup', oovBuckets: 1 };
const price: FittedFeature = {
  transform: 'normalize',
  clip: null,
  log1p: true,
  mean: 2,
  std: 0.5,
  degree: 1,
  missingIndicator: true,
  single: false,
};
const age: FittedFeature = { transform: 'bucketize', boundaries: [18, 30], single: false };
const hash: FittedFeature = { transform: 'hash', buckets: 7 };

function tower(
  features: [EncodedFeature, FittedFeature, string[]][],
  table: { indices: number[]; numbers: number[] },
): EncodedTower {
  return {
    ...towerInMemory(
      features.map(([feature]) => feature),
      0,
      { indices: Int32Array.from(table.indices), numbers: Float32Array.from(table.numbers) },
    ),
    meanings: features.map(([, fitted, vocabulary]) => ({ fitted, vocabulary: async () => vocabulary })),
  };
}

/** Users of a city and an age; items of a price, a city and a session that no encoding tells. */
const query = tower(
  [
    [embedding('user', 4), lookup, ['ann', 'bob', 'cid']],
    [embedding('city', 3), lookup, ['Wien', 'Graz']],
    [embedding('age', 4), age, []],
  ],
  { indices: [0, 0, 0, 1, 1, 1, 2, 1, 2, 3, 2, 3], numbers: [] },
);
const candidate = tower(
  [
    [embedding('item', 3), lookup, ['i1', 'i2']],
    [embedding('city', 99), lookup, ['Wien']],
    [embedding('session', 8), hash, []],
    [numbers('price', 2), price, []],
  ],
  {
    indices: [0, 0, 0, 1, 1, 5, 2, 0, 6],
    numbers: [0, 1, (Math.log1p(9.5) - 2) / 0.5, 0, 0, 1],
  },
);
const none = { count: 0, query: new Int32Array(), item: new Int32Array() };
const data: EncodedDataset = { query, candidate, splits: { train: none, validation: none, test: none } };

async function errorsOf(actual: number[], predicted: number[], isBinary = false) {
  const rows = Float64Array.from(predicted);
  return ratingErrors({
    data,
    between: async () => {},
    rated: {
      pairs: {
        split: 'test',
        rows: Int32Array.from(actual, (_, i) => 2 * i),
        queries: Int32Array.from(actual, (_, i) => 1 + (i % 3)),
        items: Int32Array.from(actual, (_, i) => 1 + (i % 2)),
        targets: Float32Array.from(actual),
      },
      actual: Float64Array.from(actual),
      isBinary,
      predicted: new Map([[MODEL, rows]]),
      uncalibrated: rows,
      thresholds: new Map(),
      answers: null,
    },
  });
}

describe('the largest errors', () => {
  it('come with the ids and the values of their rows, as far as an encoding tells them', async () => {
    const { ratingErrors: found } = await errorsOf([5, 1, 3, 3], [1, 1.5, 3, 6]);
    expect(found!.largest).toHaveLength(4);
    expect(found!.largest.slice(0, 2)).toEqual([
      {
        row: 0,
        user: 'ann',
        item: 'i1',
        values: { 'user city': 'Wien', age: 'below 18', 'item city': 'Wien', price: '9.5' },
        actual: 5,
        predicted: 1,
      },
      {
        row: 6,
        user: 'ann',
        item: 'i2',
        values: { 'user city': 'Wien', age: 'below 18', 'item city': 'unknown or missing', price: 'missing' },
        actual: 3,
        predicted: 6,
      },
    ]);
  });

  it('are at most ten, the largest first, and of equal ones the earlier', () => {
    const random = randomFor(5, 'errors');
    for (let i = 0; i < 200; i++) {
      const errors = Float64Array.from(
        { length: Math.floor(random() * 30) },
        () => Math.floor(random() * 9) - 4,
      );
      const expected = Array.from(errors.keys()).toSorted(
        (a, b) => Math.abs(errors[b]!) - Math.abs(errors[a]!) || a - b,
      );
      expect(Array.from(largestRows(errors))).toEqual(expected.slice(0, 10));
    }
  });
});

describe('errors by category', () => {
  it('are of the features that have few, and those that have more are named', async () => {
    const { ratingErrors: found, leftOut } = await errorsOf([0, 0, 0, 0, 0], [1, 2, 4, 8, 17]);
    expect(found!.byCategory).toEqual([
      { by: 'user city', value: 'Wien', count: 4, meanError: 7, medianError: 5, errorStd: Math.sqrt(40.5) },
      { by: 'user city', value: 'Graz', count: 1, meanError: 4, medianError: 4, errorStd: 0 },
      { by: 'age', value: 'below 18', count: 2, meanError: 4.5, medianError: 4.5, errorStd: 3.5 },
      { by: 'age', value: 'from 18 to below 30', count: 2, meanError: 9.5, medianError: 9.5, errorStd: 7.5 },
      { by: 'age', value: 'from 30', count: 1, meanError: 4, medianError: 4, errorStd: 0 },
    ]);
    expect(leftOut).toEqual([
      { what: 'the errors by category of city', why: 'each has more than 50 values', remedy: null },
    ]);
  });
});

describe('the distribution of errors', () => {
  it('is that of NumPy: percentiles of sizes between neighbours in proportion', () => {
    expect(distributionOf(Float64Array.of(-4, 1, 2, 3))).toEqual({
      rows: 4,
      min: -4,
      max: 3,
      mean: 0.5,
      median: 1.5,
      std: Math.sqrt(7.25),
      percentiles: {
        p25: 1.75,
        p50: 2.5,
        p75: 3.25,
        p90: expect.closeTo(3.7, 12),
        p95: expect.closeTo(3.85, 12),
        p99: expect.closeTo(3.97, 12),
      },
    });
    expect(distributionOf(Float64Array.of(2))).toMatchObject({
      min: 2,
      max: 2,
      std: 0,
      percentiles: { p99: 2 },
    });
  });

  it('there is none of answers, of no rows, and of predictions that are no numbers', async () => {
    expect(await errorsOf([1, 0], [0.2, 0.4], true)).toEqual({});
    expect(await errorsOf([], [])).toEqual({});
    expect(await errorsOf([1, 2], [NaN, 2])).toEqual({
      leftOut: [expect.objectContaining({ what: 'the errors of predictions' })],
    });
  });
});
