/** What a server encodes of one request is, bit for bit, what the transform stored for a row of the same values. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, writeLines } from '../../test/support/data/prepared.js';
import { writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import type { EntityRows } from '../data/encodedDataset.js';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import type { FeatureValues } from '@trainyard/recommender/encode/value';

const ROWS = 3000;

/** Every seventh value or so is missing; the times fall. */
const row = (i: number) => ({
  user: i % 17 === 3 ? null : `u${i % 41}`,
  item: `i${i % 23}`,
  price: i % 7 === 0 ? null : Math.round(Math.exp((i % 100) / 20) * 100) / 100,
  // A day and 77 seconds and a bit from row to row: over eight years, each hour and day of the month comes up.
  day: i % 11 === 0 ? null : new Date(Date.UTC(2020, 1, 27) + i * 86_477_123).toISOString(),
  flag: i % 5 === 0 ? null : i % 3 === 0,
  note: i % 9 === 0 ? null : `Größe ${i % 13}, ﬁne-ish TEA, ${'so '.repeat(i % 4)}№ ${i % 1000}`,
  at: ROWS - i,
  // Some have none, and some more than count.
  tags:
    i % 8 === 0 ? null : Array.from({ length: i % 6 }, (_, t) => `tag, ${(i * 7 + t * t) % 19}`).join(' | '),
  years: i % 8 === 3 ? null : Array.from({ length: i % 6 }, (_, t) => 1990 + ((i + t * 5) % 30)),
});

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true, minCount: 40 },
    { column: 'user', name: 'rare users', transform: 'lookup', minCount: 70, oovBuckets: 3 },
    { column: 'price', transform: 'normalize', missingIndicator: true },
    { column: 'price', name: 'price²', transform: 'normalize', log1p: true, clip: [0.01, 0.9], degree: 2 },
    { column: 'price', name: 'price band', transform: 'bucketize', buckets: 7 },
    { column: 'price', name: 'given band', transform: 'bucketize', boundaries: [1.5, 2.1, 9] },
    { column: 'user', name: 'user hash', transform: 'hash', buckets: 13 },
    { columns: ['user', 'flag'], transform: 'cross', buckets: 31 },
    { column: 'flag', transform: 'boolean', missingIndicator: true },
    { column: 'note', transform: 'text', maxTokens: 6, minCount: 3, bigramBuckets: 50 },
    { column: 'tags', transform: 'lookup', minCount: 3, multi: { delimiter: '|', max: 4 } },
    { column: 'tags', name: 'tag hash', transform: 'hash', buckets: 11, multi: { delimiter: '|', max: 4 } },
    { column: 'years', transform: 'lookup', oovBuckets: 2, multi: { list: true, max: 4, pooling: 'sqrtN' } },
    { column: 'note', name: 'note hash', transform: 'text', maxTokens: 4, buckets: 20 },
    {
      column: 'day',
      transform: 'cyclical',
      periods: ['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year', 604_800],
      missingIndicator: true,
    },
  ],
  candidate: [{ column: 'item', transform: 'lookup', id: true }],
};

type Writer = (folder: string) => Promise<string>;
const jsonLines: Writer = (folder) =>
  writeLines(
    folder,
    'rows.jsonl',
    Array.from({ length: ROWS }, (_, i) => JSON.stringify(row(i))),
  );
const parquet: Writer = async (folder) => {
  const lines = await jsonLines(folder);
  return writeParquet(
    join(folder, 'rows.parquet'),
    `SELECT "user", item, price::FLOAT AS price, day::TIMESTAMP AS day, flag, note, "at", tags, years FROM read_json('${lines}', columns = {
      "user": 'VARCHAR', item: 'VARCHAR', price: 'DOUBLE', "at": 'INTEGER', day: 'VARCHAR', flag: 'BOOLEAN', note: 'VARCHAR',
      tags: 'VARCHAR', years: 'DOUBLE[]'})`,
  );
};

async function encodedTwice(write: Writer): Promise<{ stored: EntityRows[]; served: EntityRows[] }> {
  const folder = await temporaryFolder();
  const { data, encodedFolder } = await prepared(folder, {
    dataset: {
      source: { uri: await write(folder) },
      columns: { at: { cast: 'int64' } },
      split: { strategy: 'time', column: 'at' },
    },
    features: FEATURES,
  });
  const { train, validation, test } = data.splits;
  const stored = [train, validation, test].flatMap(({ query }) =>
    Array.from(query, (entity) => data.query.rows(Int32Array.of(entity))),
  );
  const encode = (await openTransform(readDirectory(encodedFolder))).encoder('query');
  const served = Array.from({ length: ROWS }, (_, i) => encode(row(ROWS - 1 - i) as FeatureValues));
  return { stored, served };
}

describe('a request with the values of a row', () => {
  it.each<[string, Writer]>([
    ['JSON lines', jsonLines],
    ['Parquet in single precision', parquet],
  ])('of %s is encoded as that row, bit for bit', async (_format, write) => {
    const { stored, served } = await encodedTwice(write);
    expect(stored).toHaveLength(ROWS);
    expect(stored).toEqual(served);
    for (const part of ['indices', 'numbers'] as const) {
      const width = stored[0]![part].length;
      for (let c = 0; c < width; c++) {
        const distinct = new Set(stored.map((encoded) => encoded[part][c]));
        expect(distinct.size, `${part} ${c} is constant`).toBeGreaterThan(1);
      }
    }
  });
});

describe('a value that a column never had', () => {
  it('is out of vocabulary, missing or clipped, and never a number that is none', async () => {
    const folder = await temporaryFolder();
    const { encodedFolder } = await prepared(folder, {
      dataset: { source: { uri: await jsonLines(folder) } },
      features: FEATURES,
    });
    const encode = (await openTransform(readDirectory(encodedFolder))).encoder('query');
    const odd = [undefined, null, '', 'nobody', '12.5', 1e300, -1e300, Infinity, NaN, true, 12n, '\ud800'];
    for (const user of odd) {
      for (const price of odd) {
        const { indices, numbers } = encode({ user, price });
        expect(indices[0]).toBe(0);
        expect(indices[1]).toBeGreaterThanOrEqual(0);
        expect(indices[1]).toBeLessThan(3);
        expect(numbers.some(Number.isNaN)).toBe(false);
      }
    }
    expect(encode({ price: '12.5' })).toEqual(encode({ user: null, price: 12.5 }));
    // A column's name may be that of something every object has.
    expect(encode(Object.create({ user: 'u1' }) as FeatureValues)).toEqual(encode({}));
  });
});
