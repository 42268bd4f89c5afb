import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetSchema, type TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { sql } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { openTables } from '../source/openTables.js';
import { ingest, ROWS_FILE } from './ingest.js';

type Input = NonNullable<TrainingSpecInput['dataset']['interactions']>;
type Row = readonly [user: number | null, item: number | null];

/** The positions of the rows that are kept, and what was told of the others. */
async function kept(rows: readonly Row[], interactions: Input) {
  const folder = await temporaryFolder();
  const lines = rows.map(([user, item], n) => JSON.stringify({ user, item, n }));
  const uri = await writeLines(folder, 'rows.jsonl', lines);
  const dataset = datasetSchema.parse({ source: { uri }, interactions });
  const opened = await openTables(dataset, { baseDirectory: folder, cacheRoot: folder } as never);
  const outcome = await ingest(dataset, await opened.files(), folder);
  const { internal } = outcome.columns.find(({ name }) => name === 'n')!;
  const found = await sql(`SELECT ${internal} AS n FROM read_parquet(${literal(join(folder, ROWS_FILE))})`);
  return { ...outcome, positions: found.map(({ n }) => Number(n)) };
}

/** Row by row, and over and over. */
function expected(
  rows: readonly Row[],
  { dedup = 'none', minUserCount = 1, minItemCount = 1 }: Input,
): number[] {
  const same =
    ([user, item]: Row) =>
    (other: Row) =>
      user !== null && item !== null && other[0] === user && other[1] === item;
  let left = rows
    .map((_, n) => n)
    .filter((n) => {
      if (dedup === 'none') return true;
      const alike = rows.flatMap((other, i) => (same(rows[n]!)(other) ? [i] : []));
      return alike.length === 0 || n === (dedup === 'first' ? alike[0] : alike.at(-1));
    });
  for (;;) {
    const countOf = (side: 0 | 1, value: number | null) =>
      left.filter((n) => rows[n]![side] === value).length;
    const next = left.filter((n) => {
      const [user, item] = rows[n]!;
      const isEnough = (side: 0 | 1, value: number | null, least: number) =>
        least <= 1 || (value !== null && countOf(side, value) >= least);
      return isEnough(0, user, minUserCount) && isEnough(1, item, minItemCount);
    });
    if (next.length === left.length) return left;
    left = next;
  }
}

const value = fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 8 });
const least = fc.integer({ min: 1, max: 4 });

describe('interactions', () => {
  it('are left out as counting over and over leaves them, in the order of the source', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }),
        fc.record({
          dedup: fc.constantFrom('none', 'first', 'last'),
          minUserCount: least,
          minItemCount: least,
        }),
        async (rows, limits) => {
          const interactions = { user: 'user', item: 'item', ...limits };
          const found = await kept(rows, interactions);
          expect(found.positions).toEqual(expected(rows, interactions));
          expect(found.rowsKept).toBe(found.positions.length);
          const lost = found.dropped.reduce((sum, one) => sum + one.rows, 0);
          expect(lost).toBe(rows.length - found.rowsKept);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that are left out are counted in the log, and where none is left, it is said why', async () => {
    const rows: Row[] = [
      [1, 1],
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
    ];
    const { notes, rowsRead, rowsKept } = await kept(rows, {
      user: 'user',
      item: 'item',
      dedup: 'last',
      minUserCount: 2,
    });
    expect([rowsRead, rowsKept]).toEqual([6, 4]);
    expect(notes).toEqual([
      'dataset.interactions left out 1 of 6 rows that were not the last row of its "user" and "item"',
      expect.stringMatching(/left out 1 of 6 rows that were not in 2 or more rows of "user" and 1 of "item"/),
    ]);
    const folder = await temporaryFolder();
    await writeLines(folder, 'rows.csv', ['user,item', 'u1,i1', 'u2,i2']);
    const spec = userItemSpec('rows.csv', { interactions: { user: 'user', item: 'item', minItemCount: 9 } });
    await expect(prepared(folder, spec)).rejects.toThrow(
      /none of 2 rows .*in 1 or more rows of "user" and 9 of "item"" fails for 2/,
    );
  });

  it('of a column that is not there are refused with the nearest name', async () => {
    await expect(kept([[1, 1]], { user: 'usr', item: 'item' })).rejects.toThrow(/did you mean "user"/);
  });
});
