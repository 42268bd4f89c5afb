/** What is read under the name that it has, and as the text that it is. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { jsonLines, writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';

const rows = 100;
const lookup = (column: string) => [{ column, transform: 'lookup' as const, id: true }];

async function vocabularyOf(lines: readonly object[], user: string) {
  const folder = await temporaryFolder();
  const file = await writeLines(folder, 'rows.jsonl', jsonLines(lines));
  const spec = userItemSpec(file);
  const { vocabulary } = await prepared(folder, {
    ...spec,
    features: { ...spec.features, query: lookup(user) },
  });
  return (await vocabulary('query', user)).toSorted();
}

describe('keys of JSON lines that differ in letter case alone', () => {
  const lines = Array.from({ length: rows }, (_, i) => ({
    ...(i % 2 === 0 ? { user: `a${i % 3}` } : { User: `b${i % 3}`, USER: i % 4 }),
    item: `i${i % 5}`,
  }));

  it.each([
    ['user', ['a0', 'a1', 'a2']],
    ['User_1', ['b0', 'b1', 'b2']],
    ['USER_2', ['1', '3']],
  ])('are columns with what the lines hold: %s', async (name, values) => {
    expect(await vocabularyOf(lines, name)).toEqual(values);
  });

  it('are told from a key with a number at its end', async () => {
    const numbered = Array.from({ length: rows }, (_, i) => ({
      User: 'x',
      n: i,
      user_1: `b${i % 3}`,
      item: `i${i % 5}`,
    }));
    expect(await vocabularyOf(numbered, 'user_1')).toEqual(['b0', 'b1', 'b2']);
  });

  it('are refused where such a key is there too', async () => {
    const both = Array.from({ length: rows }, (_, i) => ({
      user: 'x',
      n: i,
      User_1: `b${i % 3}`,
      User: 'y',
      item: `i${i % 5}`,
    }));
    await expect(vocabularyOf(both, 'user')).rejects.toMatchObject({ code: 'duplicate-column' });
  });
});

describe('bytes of Parquet', () => {
  it('are the text that they are where they are one, and escaped where they are none', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CASE WHEN i % 2 = 0 THEN encode('café ' || (i % 3)) ELSE '\\xFF\\x00'::BLOB END AS "user",
        encode('i' || (i % 5)) AS item FROM range(${rows}) t(i)`,
    );
    const { vocabulary } = await prepared(folder, userItemSpec(file));
    expect((await vocabulary('query', 'user')).toSorted()).toEqual([
      '\\xFF\\x00',
      'café 0',
      'café 1',
      'café 2',
    ]);
    expect((await vocabulary('candidate', 'item')).toSorted()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
  });
});
