import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { readSeen } from '@trainyard/recommender/format/seen';
import { readValues } from '@trainyard/recommender/format/values';
import { readDirectory } from '@trainyard/recommender/node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { towerInMemory, type EncodedRows } from '../../data/encodedDataset.js';
import { randomFor } from '../../model/random.js';
import { saveSeen } from './saveSeen.js';
import { saveValues, type ColumnOfValues } from './saveValues.js';
import { seenItems } from './seenItems.js';

const now = async () => {};
const id = {
  kind: 'embedding' as const,
  name: 'id',
  columns: ['id'],
  transform: 'lookup',
  rows: 99,
  dim: 1,
  indices: 1,
};
/** Entity i is of the id ids[i]. */
const tower = (ids: readonly number[]) =>
  towerInMemory([id], 0, { indices: Int32Array.from(ids), numbers: new Float32Array() });
const rowsOf = (pairs: readonly [entity: number, item: number][]): EncodedRows => ({
  count: pairs.length,
  query: Int32Array.from(pairs, ([entity]) => entity),
  item: Int32Array.from(pairs, ([, item]) => item),
});

describe('the items that users have', () => {
  it('are of all splits, newest first and each once; rows of unknown users or items are counted', async () => {
    const seen = await seenItems(
      {
        // Entities 1 and 3 are one user.
        query: tower([0, 1, 2, 1]),
        candidate: tower([0, 1, 2, 3]),
        splits: {
          train: rowsOf([
            [1, 1],
            [3, 2],
            [1, 1],
            [2, 3],
            [0, 3],
          ]),
          validation: rowsOf([
            [3, 2],
            [1, 0],
          ]),
          test: rowsOf([[1, 3]]),
        },
      },
      3,
      now,
    );
    const folder = await temporaryFolder();
    await saveSeen(folder, seen, 'time');
    const read = await readSeen(readDirectory(folder));
    expect(read).toMatchObject({ users: 3, items: 3, pairs: 4, order: 'time', rowsLeftOut: 2 });
    expect([0, 1, 2].map((user) => [...read.of(user)])).toEqual([[2, 1, 0], [2], []]);
  });

  it('are those of a set of pairs, whatever the rows', async () => {
    const random = randomFor(7, 'seen');
    const draw = (below: number) => Math.floor(random() * below);
    const splits = [400, 30, 20].map((count) =>
      rowsOf(Array.from({ length: count }, () => [draw(12), draw(30)] as [number, number])),
    );
    const [train, validation, test] = splits as [EncodedRows, EncodedRows, EncodedRows];
    const query = tower(Array.from({ length: 12 }, (_, entity) => entity % 9));
    const candidate = tower(Array.from({ length: 30 }, (_, item) => item));
    const seen = await seenItems({ query, candidate, splits: { train, validation, test } }, 8, now);
    const expected = Array.from({ length: 8 }, () => new Set<number>());
    for (const { count, query: entities, item } of splits)
      for (let row = 0; row < count; row++)
        if (item[row]! > 0) expected[(entities[row]! % 9) - 1]?.add(item[row]! - 1);
    const lists = expected.map((_, user) => [...seen.list.subarray(seen.ends[user], seen.ends[user + 1])]);
    expect(lists.map((list) => list.toSorted((a, b) => a - b))).toEqual(
      expected.map((set) => [...set].toSorted((a, b) => a - b)),
    );
    expect(seen.pairs).toBe(lists.flat().length);
  });

  it('are refused where a file is cut off', async () => {
    const folder = await temporaryFolder();
    const seen = {
      users: 1,
      items: 2,
      pairs: 1,
      rowsLeftOut: 0,
      ends: Uint32Array.of(0, 1),
      list: Uint32Array.of(1),
    };
    await saveSeen(folder, seen, 'data');
    await truncate(join(folder, 'seen.bin'), 8);
    await expect(readSeen(readDirectory(folder))).rejects.toThrow('seen.bin has 8 bytes instead of 12');
    await saveSeen(folder, { ...seen, list: Uint32Array.of(2) }, 'data');
    await expect(readSeen(readDirectory(folder))).rejects.toThrow('seen.bin is not what seen.json says');
  });
});

describe('the values of items and users', () => {
  async function* columns(): AsyncGenerator<ColumnOfValues> {
    yield { name: 'name', type: 'VARCHAR', texts: ['čaj', '', 'x'], codes: Uint32Array.of(1, 0, 2, 1) };
    yield { name: 'price', type: 'DOUBLE', texts: ['1.5'], codes: Uint32Array.of(0, 1, 1, 0) };
  }

  it('come back by column and by entity', async () => {
    const folder = await temporaryFolder();
    await saveValues(folder, 'items', 4, columns());
    const values = await readValues(readDirectory(folder), 'items');
    expect(values.columns).toEqual([
      { name: 'name', type: 'VARCHAR' },
      { name: 'price', type: 'DOUBLE' },
    ]);
    expect([0, 1, 2].map((entity) => values.of(entity))).toEqual([
      { name: 'čaj', price: null },
      { name: null, price: '1.5' },
      { name: '', price: '1.5' },
    ]);
    expect(values.column('name')?.(3)).toBe('čaj');
    expect(values.column('nothing')).toBeUndefined();
  });

  it('are refused where a file is cut off', async () => {
    const folder = await temporaryFolder();
    await saveValues(folder, 'users', 4, columns());
    await truncate(join(folder, 'users.bin'), 50);
    await expect(readValues(readDirectory(folder), 'users')).rejects.toThrow('users.bin has 50 bytes');
  });
});
