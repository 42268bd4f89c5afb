import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../../../test/support/temporaryFolder.js';
import { literal, withDatabase } from '../../database.js';
import type { RowsColumn } from './columnSql.js';
import { measureProfile } from './measureProfile.js';
import { profileSchema, type Profile } from '@trainyard/shared/profile/profile';

const goldenSchema = z.record(
  z.string(),
  z.object({
    nulls: z.number(),
    distinct: z.number(),
    topRows: z.array(z.number()),
    measured: z
      .object({
        min: z.number(),
        max: z.number(),
        mean: z.number(),
        std: z.number(),
        zeros: z.number(),
        negatives: z.number(),
        quantiles: z.array(z.number()),
        histogram: z.array(z.number()),
      })
      .nullable(),
  }),
);
const golden = goldenSchema.parse(
  JSON.parse(await readFile(new URL('./profile.golden.json', import.meta.url), 'utf8')),
);
const goldenFile = fileURLToPath(new URL('./profile.golden.parquet', import.meta.url));
const goldenColumns = ['VARCHAR', 'DOUBLE', 'BIGINT', 'TIMESTAMP', 'BOOLEAN', 'VARCHAR', 'DOUBLE'].map(
  (type, i) => ({ name: `c${i}`, internal: `c${i}`, type }),
);

async function profileOf(select: string, columns: readonly RowsColumn[], options = {}): Promise<Profile> {
  const profile = await withDatabase(await temporaryFolder(), async (database) => {
    await database.run(`CREATE VIEW rows AS ${select}`);
    return measureProfile(database, columns, options);
  });
  return profileSchema.parse(JSON.parse(JSON.stringify(profile)));
}

/** The profile of one column, called `name`, of these SQL values. */
async function profileOfValues(values: string, type: string, name = 'c') {
  const { columns } = await profileOf(`SELECT CAST(v AS ${type}) AS c0 FROM (VALUES ${values}) t(v)`, [
    { name, internal: 'c0', type },
  ]);
  return columns[0]!;
}

const profileOfGolden = () => profileOf(`SELECT * FROM read_parquet(${literal(goldenFile)})`, goldenColumns);

describe('a profile', () => {
  it.each(Object.keys(golden))('of %s has the statistics that pandas computes', async (name) => {
    const column = (await profileOfGolden()).columns.find((candidate) => candidate.name === name)!;
    const { measured, ...expected } = golden[name]!;
    expect(column).toMatchObject({
      nulls: expected.nulls,
      distinct: expected.distinct,
      distinctIsExact: true,
    });
    expect(column.top.slice(0, 10).map(({ rows }) => rows)).toEqual(expected.topRows);
    if (!measured) return expect(column.measured).toBeNull();
    const { quantiles, mean, std, ...counts } = measured;
    expect(column.measured).toMatchObject(counts);
    expect(column.measured?.mean).toBeCloseTo(mean, 9);
    expect(column.measured!.std! / std).toBeCloseTo(1, 9);
    Object.values(column.measured!.quantiles).forEach((value, i) =>
      expect(value).toBeCloseTo(quantiles[i]!, 6),
    );
  });

  it('counts every row with a measure in exactly one bin', async () => {
    for (const { measured } of (await profileOfGolden()).columns) {
      if (!measured) continue;
      const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
      expect([total(measured.histogram), total(measured.bins.counts)]).toEqual([
        measured.rows,
        measured.rows,
      ]);
    }
  });

  it('tells what a column is for', async () => {
    expect((await profileOfGolden()).columns.map(({ kind }) => kind)).toEqual([
      'category',
      'number',
      'number',
      'time',
      'boolean',
      'category',
      'number',
    ]);
  });

  it.each([
    ['user_id', 'BIGINT', 'id'],
    ['CustomerID', 'DOUBLE', 'id'],
    ['StockCode', 'VARCHAR', 'id'],
    ['paid', 'BIGINT', 'number'],
    ['valid', 'VARCHAR', 'number'],
  ])('takes %s, a %s, for %s', async (name, type, kind) => {
    expect(await profileOfValues("('1'), ('2')", type, name)).toMatchObject({ kind });
  });

  it.each([
    ["('1.5'), ('-2'), (' 3e2 '), (NULL)", 'number', 'value'],
    ["('007'), ('012')", 'category', 'length'],
    ["('1234567890123456789')", 'category', 'length'],
    ["('1'), ('n/a')", 'category', 'length'],
    ["('inf'), ('1')", 'category', 'length'],
    ["('1e999')", 'category', 'length'],
    ['(NULL)', 'category', undefined],
  ])('takes the texts %s for a %s', async (values, kind, of) => {
    const column = await profileOfValues(values, 'VARCHAR');
    expect([column.type, column.kind, column.measured?.of]).toEqual(['VARCHAR', kind, of]);
  });

  it.each([100_000, 10])(
    'measures numbers that are texts as numbers, with at most %i groups',
    async (maxGroups) => {
      const column = { name: 'price', internal: 'c0', type: 'VARCHAR' };
      const select = `SELECT CAST(i * 0.5 AS VARCHAR) AS c0 FROM range(1001) t(i)`;
      const { columns } = await profileOf(select, [column], { maxGroups });
      expect(columns[0]).toMatchObject({
        kind: 'number',
        measured: { of: 'value', min: 0, max: 500, mean: 250 },
      });
      expect(columns[0]!.measured!.histogram.every((count) => count >= 50)).toBe(true);
    },
  );

  it('of too many values estimates what would need all of them at once', async () => {
    const column = { name: 'c', internal: 'c0', type: 'DOUBLE' };
    const select = `SELECT CASE WHEN i % 10 = 0 THEN 7 ELSE i END::DOUBLE AS c0 FROM range(20000) t(i)`;
    const { columns } = await profileOf(select, [column], { maxGroups: 100 });
    const [found] = columns;
    expect(found).toMatchObject({ distinctIsExact: false, measured: { quantilesAreExact: false } });
    expect(found!.distinct / 18_000).toBeCloseTo(1, 0);
    expect(found!.measured!.quantiles.p50 / 8888).toBeCloseTo(1, 1);
    // The candidates are a sketch's, the counts are exact; 7 itself is once more there.
    expect(found!.top[0]).toEqual({ value: '7', rows: 2001 });
  });

  it('leaves out of the statistics what is infinite, and squares nothing beyond what doubles hold', async () => {
    const { measured, max } = await profileOfValues("('1'), ('3'), ('inf'), ('-inf'), ('1e300')", 'DOUBLE');
    expect(max).toBe('inf');
    expect(measured).toMatchObject({ rows: 2, mean: 2, std: Math.SQRT2 });
    expect((await profileOfValues("('infinity')", 'TIMESTAMP')).measured).toBeNull();
  });

  it.each([
    ['one row', '(5)', 'INTEGER', { rows: 1, min: 5, std: null, histogram: [1, 0] }],
    ['one value', '(5), (5)', 'INTEGER', { rows: 2, min: 5, std: 0, histogram: [2, 0] }],
    ['a day', "('2024-02-29')", 'DATE', { of: 'epochSeconds', mean: 1_709_164_800 }],
    ['a list', '([1, 2]), ([3])', 'INTEGER[]', { of: 'length', min: 3, max: 6 }],
    ['money', "('1.10'), ('2.30')", 'DECIMAL(9,2)', { of: 'value', mean: 1.7 }],
  ])('can be of %s', async (_what, values, type, measured) => {
    expect((await profileOfValues(values, type)).measured).toMatchObject(measured);
  });

  it('cuts long texts', async () => {
    const { top, max } = await profileOfValues("(repeat('x', 5000))", 'VARCHAR');
    expect([top[0]?.value.length, max?.length]).toEqual([200, 200]);
  });
});
