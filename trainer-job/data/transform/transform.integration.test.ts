import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { byTime } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

const row = (i: number) => ({ user: `u${i % 7}`, item: `i${i % 5}`, price: i % 11, at: i });
const lines = (count: number) => Array.from({ length: count }, (_, i) => JSON.stringify(row(i)));

function withFeature(
  spec: TrainingSpecInput,
  feature: Extract<TrainingSpecInput['features'], { query: unknown }>['query'][number],
): TrainingSpecInput {
  return { ...spec, features: { ...spec.features, query: [...spec.features.query, feature] } };
}

describe('the pieces of a transform in the cache', () => {
  it('are made anew only where a change reaches them', async () => {
    const folder = await temporaryFolder();
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', lines(200)), byTime);
    const entries = async () => (await readdir(join(folder, 'cache', 'transform'))).length;
    const made = async (changed: TrainingSpecInput) => {
      const before = await entries().catch(() => 0);
      await prepared(folder, changed);
      return (await entries()) - before;
    };
    // Two columns, the times of rows, the split, how many rows can be measured, two features and the whole.
    expect(await made(spec)).toBe(8);
    const price = { column: 'price', transform: 'normalize' as const };
    expect(
      await made(withFeature(spec, price)),
      'a column, a feature, what it and all tell apart, the measured rows and the whole',
    ).toBe(6);
    expect(
      await made(withFeature(spec, { ...price, log1p: true })),
      'the feature, what it and all tell apart, the measured rows and the whole',
    ).toBe(5);
    expect(await made(withFeature(spec, price)), 'nothing').toBe(0);
    const split = { ...byTime.split, train: 0.6, validation: 0.2, test: 0.2 };
    expect(
      await made({ ...spec, dataset: { ...spec.dataset, split } }),
      'all but the columns and the times',
    ).toBe(5);
  });
});

describe('what is fitted', () => {
  it('does not know of any row outside train', async () => {
    const manifestOf = async (later: object) => {
      const folder = await temporaryFolder();
      const rows = [
        ...lines(80),
        ...Array.from({ length: 20 }, (_, i) => JSON.stringify({ ...row(80 + i), ...later })),
      ];
      const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', rows), byTime);
      const { manifest, vocabulary } = await prepared(folder, {
        ...spec,
        features: {
          query: [
            ...spec.features.query,
            { column: 'price', transform: 'normalize', clip: [0.1, 0.9] },
            { column: 'price', name: 'band', transform: 'bucketize', buckets: 3 },
            { column: 'user', name: 'words', transform: 'text' },
          ],
          candidate: spec.features.candidate,
        },
      });
      const words = [await vocabulary('query', 'words'), await vocabulary('candidate', 'item')];
      return { query: manifest.query.features, candidate: manifest.candidate.features, words };
    };
    expect(await manifestOf({ price: 1e6, user: 'late', item: 'new' })).toEqual(await manifestOf({}));
  });
});

describe('a target', () => {
  const rated = (rows: object[]) => rows.map((rating, i) => JSON.stringify({ ...row(i), ...rating }));
  const specOf = async (folder: string, rows: object[]): Promise<TrainingSpecInput> => {
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', rated(rows)), byTime);
    const features = { ...spec.features, target: { column: 'rating', normalize: true } };
    return { ...spec, features, model: { type: 'ranking' } };
  };

  it('is fitted on training rows alone, kept in its own units, and none where there is none', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 100 }, (_, i) => (i % 4 === 3 ? {} : { rating: i < 80 ? i % 3 : 50 }));
    const { data, manifest } = await prepared(folder, await specOf(folder, rows));
    expect(manifest.target?.rows).toEqual({ train: 60, validation: 12, test: 3 });
    const training = rows.slice(0, 80).flatMap(({ rating }) => (rating === undefined ? [] : [rating]));
    const mean = training.reduce((sum, value) => sum + value, 0) / training.length;
    expect(data.target?.mean).toBeCloseTo(mean, 12);
    expect(Array.from(data.splits.train.target!)).toEqual(
      rows.slice(0, 80).map(({ rating }) => rating ?? NaN),
    );
    expect(Array.from(data.splits.test.target!)).toEqual(rows.slice(95).map(({ rating }) => rating ?? NaN));
  });

  it('that a split has none of is refused, with what to do', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 100 }, (_, i) => (i < 95 ? { rating: 1 } : {}));
    await expect(prepared(folder, await specOf(folder, rows))).rejects.toThrow(
      /column "rating", the target, has no number in any row of the test split/,
    );
  });
});

describe('a sample weight', () => {
  const specOf = async (
    folder: string,
    weight: (i: number) => object,
    halfLifeDays?: number,
  ): Promise<TrainingSpecInput> => {
    const rows = Array.from({ length: 100 }, (_, i) => JSON.stringify({ ...row(i), ...weight(i) }));
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', rows), byTime);
    const sampleWeight = { column: 'weight', ...(halfLifeDays !== undefined && { halfLifeDays }) };
    return { ...spec, features: { ...spec.features, sampleWeight } };
  };
  const weightsOf = async (
    ...given: Parameters<typeof specOf> extends [string, ...infer Rest] ? Rest : never
  ) => {
    const folder = await temporaryFolder();
    const { data } = await prepared(folder, await specOf(folder, ...given));
    expect([data.splits.validation.weight, data.splits.test.weight]).toEqual([undefined, undefined]);
    return data.splits.train.weight!;
  };

  it('is the column, 1 on the average over the training rows', async () => {
    const weights = await weightsOf((i) => ({ weight: i < 80 ? i : 1e9 }));
    const mean = 79 / 2;
    weights.forEach((weight, i) => expect(weight).toBeCloseTo(i / mean, 5));
  });

  it('of times halves with every half-life that a row is older than the newest training row', async () => {
    const day = (i: number) => new Date(Date.UTC(2026, 0, 1) + i * 86_400_000).toISOString();
    const weights = await weightsOf((i) => ({ weight: day(i) }), 10);
    expect(weights[69]! / weights[79]!).toBeCloseTo(0.5, 5);
    expect(weights[0]! / weights[79]!).toBeCloseTo(2 ** -7.9, 5);
    expect(weights.reduce((sum, weight) => sum + weight, 0) / 80).toBeCloseTo(1, 5);
  });

  it.each<[string, (i: number) => object, RegExp]>([
    ['is missing', (i) => (i % 8 === 0 ? {} : { weight: 1 }), /has no number in 10 of the 80 training rows/],
    ['is negative', (i) => ({ weight: i === 3 ? -1 : 1 }), /is below 0 in 1 of the 80 training rows/],
    ['is always 0', (i) => ({ weight: i < 80 ? 0 : 1 }), /is 0 in all of the 80 training rows/],
    ['is no number', () => ({ weight: 'much' }), /column "weight" holds text where numbers are needed/],
  ])('that %s is refused, with what to do', async (_what, weight, message) => {
    await expect(weightsOf(weight)).rejects.toThrow(message);
  });
});
