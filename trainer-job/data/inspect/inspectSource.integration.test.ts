import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeLines } from '../../../test/support/data/prepared.js';
import { writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { inspectSource } from './inspectSource.js';

/** Rows of a CSV by their number. */
async function csv(header: string, row: (i: number) => string, rows = 200) {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: rows }, (_, i) => row(i));
  return writeLines(folder, 'rows.csv', [header, ...lines]);
}

describe('a look at a source', () => {
  it('reads texts of a CSV as numbers and times where each of them is one', async () => {
    const file = await csv(
      'user,at,price,code',
      (i) => `u${i % 20},2026-01-${10 + (i % 20)},${i}.5,00${i % 30}`,
    );
    const { readings, times, profile, isWhole } = await inspectSource(file, '/');
    expect(isWhole).toBe(true);
    expect(profile.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['user', 'category'],
      ['at', 'category'],
      ['price', 'number'],
      ['code', 'id'],
    ]);
    expect(readings['at']).toEqual([{ cast: 'timestamp', trim: false }]);
    expect(readings['price']).toEqual([{ cast: 'float64', trim: false }]);
    expect(readings['user']).toBeUndefined();
    expect(times['at']).toEqual({
      from: Date.parse('2026-01-10') / 1000,
      to: Date.parse('2026-01-29') / 1000,
    });
  });

  it('names each format that all times fit, and none that a later row does not fit', async () => {
    const both = await csv(
      'user,at',
      (i) => `u,${String(1 + (i % 12)).padStart(2, '0')}/0${1 + (i % 9)}/2026`,
    );
    const formats = (await inspectSource(both, '/')).readings['at']?.map(({ format }) => format);
    expect(formats?.toSorted()).toEqual(['%d/%m/%Y', '%m/%d/%Y']);
    const one = await csv(
      'user,at',
      (i) => `u,${String(1 + (i % 28)).padStart(2, '0')}/0${1 + (i % 9)}/2026`,
    );
    expect((await inspectSource(one, '/')).readings['at']).toEqual([
      { cast: 'timestamp', trim: false, format: '%d/%m/%Y' },
    ]);
  });

  it('tells which column decides which, to the value', async () => {
    const file = await csv(
      'user,item,city,kind',
      (i) => `u${i % 20},i${(i * 7) % 33},c${(i % 20) % 3},k${((i * 7) % 33) % 2}`,
      660,
    );
    const { valuesPerValue } = await inspectSource(file, '/');
    const values = (of: string, column: string) =>
      valuesPerValue.find((pair) => pair.of === of && pair.column === column)?.values;
    expect(values('user', 'city')).toBe(1);
    expect(values('item', 'kind')).toBe(1);
    expect(values('item', 'city')).toBe(3);
    expect(values('user', 'item')).toBe(33);
  });

  it('sees blanks at the ends of texts, and whole numbers that are stored with a fraction', async () => {
    const file = await writeParquet(
      join(await temporaryFolder(), 'rows.parquet'),
      `SELECT (i % 9)::DOUBLE AS customer, CASE WHEN i = 5 THEN 'tea ' ELSE 'tea' END AS item, i / 2.0 AS price FROM range(100) t(i)`,
    );
    const { readings, untrimmed } = await inspectSource(file, '/');
    expect(untrimmed).toEqual(['item']);
    expect(readings).toEqual({ customer: [{ cast: 'int64', trim: false }] });
  });

  it('knows columns of several values a row, and how they are parted', async () => {
    const file = await writeParquet(
      join(await temporaryFolder(), 'rows.parquet'),
      `SELECT 'i' || (i % 12) AS item, ['Drama', 'g' || (i % 3)] AS genres, CASE WHEN i % 20 > 0 THEN 'Drama' ELSE 'Drama|g' || i END AS parted, {'city': 'Graz'} AS place FROM range(100) t(i)`,
    );
    expect((await inspectSource(file, '/')).lists).toEqual({
      genres: { list: true, max: 16, pooling: 'mean' },
      parted: { delimiter: '|', max: 16, pooling: 'mean' },
    });
  });

  it('says that it has read a part where the source has more rows than are looked at', async () => {
    const file = await csv('user,item', (i) => `u${i},i`);
    const { isWhole, profile } = await inspectSource(file, '/', { mostRows: 50 });
    expect([isWhole, profile.rows]).toEqual([false, 50]);
  });

  it('fails with what is wrong and what to do for what cannot be read', async () => {
    await expect(inspectSource('no-such.csv', '/')).rejects.toMatchObject({ code: 'source-not-found' });
  });
});
