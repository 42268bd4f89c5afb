import { join } from 'node:path';
import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { prepared, userItemSpec } from '../../../../test/support/data/prepared.js';
import { writeParquet } from '../../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../../test/support/temporaryFolder.js';
import { StageCache } from '../../../cache/stageCache.js';

type Query = NonNullable<TrainingSpecInput['features']>['query'][number];

/** 600 rows; of the columns with nulls every tenth row has none. */
const ROWS = `SELECT 'u' || (i % 23) AS "user", 'i' || (i % 29) AS item, 1 + i % 5 AS stars, i % 3 > 0 AS liked,
  CASE WHEN i % 10 > 0 THEN 1 + i % 99 END AS price, 'c' || (i % 7) AS city, 'name ' || i AS title,
  CASE WHEN i % 10 > 0 THEN 'x' END AS coupon, repeat('t' || (i % 5) || ',', 1 + i % 4) AS tags, '!' || (i % 4) || '?' AS code, CASE i % 4 WHEN 0 THEN '!' WHEN 1 THEN '?' ELSE '..' END AS signs,
  CASE WHEN i % 10 = 0 THEN 'yes' WHEN i % 2 = 0 THEN '' END AS answer,
  CASE WHEN i % 4 = 0 THEN '2026-01-0' || (1 + i % 9) ELSE 'week ' || (i % 3) END AS at,
  TIMESTAMP '2026-01-01' + INTERVAL 1 DAY * (i % 20) AS day FROM range(600) t(i)`;

async function warned(
  feature: Query,
  split: TrainingSpecInput['dataset']['split'] = {
    strategy: 'random',
  },
) {
  const folder = await temporaryFolder();
  await writeParquet(join(folder, 'rows.parquet'), ROWS);
  const base = userItemSpec('rows.parquet', { split });
  const { reports } = await prepared(folder, {
    ...base,
    features: { ...base.features, query: [...base.features.query, feature] },
  });
  return reports
    .flatMap(({ warnings }) => warnings)
    .filter(({ code }) => ['constant-feature', 'values-count-as-missing', 'parts-left-out'].includes(code));
}

describe('a feature that counts as missing or unknown in most rows', () => {
  it.each<[string, Query, RegExp, RegExp]>([
    [
      'as a boolean of 1 to 5 does',
      { column: 'stars', transform: 'boolean' },
      /^the query feature "stars" counts as missing in 3\d\d of 4\d\d training rows that have a value: .* and not "\d", "\d", "\d"$/,
      /"normalize"/,
    ],
    [
      'as a lookup does whose minCount is too high',
      { column: 'city', transform: 'lookup', minCount: 10_000 },
      /^the query feature "city" counts as unknown in (4\d\d) of \1 training rows that have a value: its vocabulary has 0 of 7 values, by minCount 10,000, and not "c\d"/,
      /^lower minCount of the feature \(10000\)/,
    ],
    [
      'as a lookup does whose maxSize is too low',
      { column: 'city', transform: 'lookup', maxSize: 2 },
      /its vocabulary has 2 of 7 values, by maxSize 2, and not "c\d"/,
      /^raise maxSize/,
    ],
    [
      'as texts do that are no times',
      { column: 'at', transform: 'cyclical', periods: ['day-of-week'] },
      /counts as missing in \d+ of 4\d\d training rows that have a value: "week \d", "week \d", "week \d" are no times$/,
      /^set dataset.columns\["at"\] to the cast "timestamp"/,
    ],
  ])('is warned of, %s', async (_, feature, message, remedy) => {
    expect(await warned(feature)).toEqual([
      expect.objectContaining({
        code: 'values-count-as-missing',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(remedy) as string,
      }),
    ]);
  });
});

describe('a feature that leaves out a part of its values', () => {
  it.each<[string, Query, RegExp, RegExp]>([
    [
      'as texts of more words than count',
      { column: 'at', transform: 'text', maxTokens: 2 },
      /^the query feature "at" leaves out (1\d\d) words, the last of \1 of 4\d\d training rows that have a value$/,
      /^raise maxTokens/,
    ],
    [
      'as rows of more values than count',
      { column: 'tags', transform: 'lookup', multi: { delimiter: ',', max: 2 } },
      /^the query feature "tags" leaves out \d{3} values, the last of \d{3} of 4\d\d training rows/,
      /^raise multi.max/,
    ],
  ])('is warned of, %s', async (_, feature, message, remedy) => {
    expect(await warned(feature)).toEqual([
      expect.objectContaining({
        code: 'parts-left-out',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(remedy) as string,
      }),
    ]);
  });
});

describe('a feature that is the same in all training rows', () => {
  it.each<[string, Query, RegExp, RegExp]>([
    [
      'as intervals outside the values are, nulls left aside',
      { column: 'price', transform: 'bucketize', boundaries: [1000, 2000] },
      /^the query feature "price" is the same in all 4\d\d training rows that have a value, which have \d\d values from \d to 99: it tells nothing else apart$/,
      /^set boundaries of the feature \(\[1000, 2000\]\)/,
    ],
    [
      'as intervals outside the values are',
      { column: 'stars', transform: 'bucketize', boundaries: [-3, 0] },
      /^the query feature "stars" is the same in all 4\d\d training rows, which have 5 values from 1 to 5: it tells nothing apart$/,
      /^set boundaries/,
    ],
    [
      'as days are within a period of a day',
      { column: 'day', transform: 'cyclical', periods: ['hour-of-day'] },
      /^the query feature "day" is the same in all 4\d\d training rows, which have 20 values: /,
      /"periods"/,
    ],
    [
      'as texts without words are',
      { column: 'signs', transform: 'text', buckets: 50 },
      /^the query feature "signs" is the same in all 4\d\d training rows, which have 3 values: /,
      /"lookup"/,
    ],
  ])('is warned of, %s', async (_, feature, message, remedy) => {
    expect(await warned(feature)).toEqual([
      expect.objectContaining({
        code: 'constant-feature',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(remedy) as string,
      }),
    ]);
  });
});

describe('no warning is given of', () => {
  it.each<[string, Query]>([
    ['truth values', { column: 'liked', transform: 'boolean' }],
    ['the one value of a column that has nulls', { column: 'coupon', transform: 'lookup' }],
    ['a truth value that is missing in most rows, or blank', { column: 'answer', transform: 'boolean' }],
    ['few buckets of many values', { column: 'title', transform: 'hash', buckets: 2 }],
    ['crossed columns', { columns: ['city', 'stars'], transform: 'cross', buckets: 10 }],
    ['as many values as count', { column: 'tags', transform: 'lookup', multi: { delimiter: ',', max: 4 } }],
    ['texts of a word', { column: 'code', transform: 'text' }],
    [
      'unknown values that have several rows',
      { column: 'title', transform: 'lookup', minCount: 2, oovBuckets: 8 },
    ],
    ['numbers', { column: 'price', transform: 'normalize' }],
    ['days of a month', { column: 'day', transform: 'cyclical', periods: ['day-of-week'] }],
  ])('%s', async (_, feature) => {
    expect(await warned(feature)).toEqual([]);
  });
});

describe('what is known of a feature', () => {
  it('is counted again for a changed feature alone', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS);
    const run = vi.spyOn(StageCache.prototype, 'run');
    onTestFinished(() => run.mockRestore());
    const base = userItemSpec('rows.parquet', { split: { strategy: 'random' } });
    const hits = async (minCount: number): Promise<boolean[]> => {
      run.mockClear();
      const query: Query[] = [
        ...base.features.query,
        { column: 'price', transform: 'normalize' },
        { column: 'city', transform: 'lookup', minCount },
      ];
      await prepared(folder, { ...base, features: { ...base.features, query } });
      const parts = run.mock.calls.map(([{ key }]) => (key as { part?: string }).part);
      const outputs = await Promise.all(run.mock.results.map(({ value }) => value));
      return outputs.filter((_, i) => parts[i] === 'featureUse').map(({ cacheHit }) => cacheHit);
    };
    expect(await hits(1)).toEqual([false, false]);
    expect(await hits(2)).toEqual([true, false]);
    // The same features again are one part.
    expect(await hits(2)).toEqual([]);
  });
});
