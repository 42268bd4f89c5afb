/** Ids and categories of typed columns: a request finds the row of a value however it writes it, and no two ids are one. */
import { join } from 'node:path';
import { openTransform } from '@trainyard/recommender/model/transform';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { readDirectory } from '@trainyard/recommender/node';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';

/** Of 17 digits, two apart: no two of them are one as a number of JavaScript, and most are none. */
const idOf = (i: number) => 76561197960287937n + 2n * BigInt(i);

const ROWS = `SELECT 76561197960287937 + 2 * (i % 40) AS user, CAST(76561197960287937 + 2 * (i % 40) AS DECIMAL(38,0)) AS huge,
  'i' || i % 20 AS item, CAST(i % 8 AS DECIMAL(10,2)) / 4 AS price, (i % 5) / 1e5 AS tiny, i % 2 = 0 AS flag,
  TIMESTAMP '2024-01-02 00:00:00.5' + INTERVAL (i % 3) HOUR AS at, DATE '2024-01-02' + CAST(i % 3 AS INTEGER) AS day,
  TIMESTAMPTZ '2024-01-02 00:00:00.5+00' + INTERVAL (i % 3) HOUR AS zoned, CAST(i % 7 / 10 AS FLOAT) AS single
  FROM range(400) r(i)`;

const TYPED = ['huge', 'price', 'tiny', 'flag', 'at', 'day', 'zoned', 'single'] as const;

/** Row i in other words than DuckDB's. */
const written = (i: number): FeatureValues => ({
  user: `0${idOf(i % 40)}`,
  huge: idOf(i % 40),
  price: ((i % 8) / 4).toFixed(3),
  tiny: (i % 5) / 1e5,
  flag: i % 2 === 0 ? 'TRUE' : 0,
  at: new Date(Date.UTC(2024, 0, 2, i % 3, 0, 0, 500)).toISOString(),
  day: new Date(Date.UTC(2024, 0, 2 + (i % 3))).toISOString(),
  zoned: new Date(Date.UTC(2024, 0, 2, i % 3, 0, 0, 500)).toISOString(),
  single: Math.fround((i % 7) / 10),
});

describe('a value of a typed column', () => {
  it('is encoded as the training row of an equal value, whatever the request writes', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(join(folder, 'rows.parquet'), ROWS);
    const { data, encodedFolder } = await prepared(folder, {
      dataset: { source: { uri: file }, split: { strategy: 'column', column: 'item', ...sides } },
      features: {
        query: [
          { column: 'user', transform: 'lookup', id: true },
          ...TYPED.flatMap((column) => [
            { column, transform: 'lookup' as const },
            { column, name: `${column} hash`, transform: 'hash' as const, buckets: 1000 },
          ]),
          { columns: ['price', 'flag'], transform: 'cross', buckets: 1000 },
        ],
        candidate: [{ column: 'item', transform: 'lookup', id: true }],
      },
    });
    const encode = (await openTransform(readDirectory(encodedFolder))).encoder('query');
    const { query, count } = data.splits.train;
    const trained = Array.from({ length: 400 }, (_, i) => i).filter(
      (i) => !sides.test.includes(`i${i % 20}`) && !sides.validation.includes(`i${i % 20}`),
    );
    expect(count).toBe(trained.length);
    trained.forEach((i, row) => {
      expect(encode(written(i))).toEqual(data.query.rows(query.slice(row, row + 1)));
    });
    const users = trained.map((i) => encode(written(i)).indices[0]);
    expect(users).not.toContain(0);
    expect(new Set(users).size).toBe(new Set(trained.map((i) => i % 40)).size);
  });
});

const sides = {
  train: Array.from({ length: 18 }, (_, i) => `i${i}`),
  validation: ['i18'],
  test: ['i19'],
};

describe('ids beyond 2^53', () => {
  it('are told apart in JSON lines, of whatever length', async () => {
    const folder = await temporaryFolder();
    const lines = Array.from(
      { length: 1000 },
      (_, i) => `{"user": 123456789012345678${String(10 + (i % 20))}, "item": "i${i % 13}"}`,
    );
    const { vocabulary } = await prepared(folder, {
      ...userItemSpec(await writeLines(folder, 'rows.jsonl', lines)),
    });
    const users = await vocabulary('query', 'user');
    expect(users.toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => `123456789012345678${10 + i}`));
  });

  it.each([
    [
      'DOUBLE',
      76561197960287937n,
      /column "user", the id of the query tower, .*\(DOUBLE\) up to 76561197960287940/,
    ],
    ['FLOAT', 16777300n, /\(FLOAT\) up to 16777300: beyond ±16777216/],
  ])('are refused as %s, which has rounded them', async (type, id, message) => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CAST(${id} - i % 40 AS ${type}) AS user, 'i' || i % 20 AS item FROM range(400) r(i)`,
    );
    await expect(prepared(folder, userItemSpec(file))).rejects.toThrow(message);
  });

  it('are taken as floating-point numbers up to there', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CAST(9007199254740991 - i % 40 AS DOUBLE) AS user, 'i' || i % 20 AS item FROM range(400) r(i)`,
    );
    const { vocabulary } = await prepared(folder, userItemSpec(file));
    expect(await vocabulary('query', 'user')).toContain('9007199254740991');
  });
});
