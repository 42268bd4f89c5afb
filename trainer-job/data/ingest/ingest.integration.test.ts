import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetSchema, type TrainingSpecInput } from '@trainyard/shared';
import { writeLines } from '../../../test/support/data/prepared.js';
import { jsonLines, purchases, sql, writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { findSource } from '../source/source.js';
import { ingest, ROWS_FILE, type IngestOutcome } from './ingest.js';
import { useSeveralThreads } from '../../../test/support/data/severalThreads.js';

useSeveralThreads();

/** The outcome, and the rows under the names of their columns. */
async function ingested(
  folder: string,
  input: TrainingSpecInput['dataset'],
): Promise<IngestOutcome & { rows: Record<string, unknown>[] }> {
  const dataset = datasetSchema.parse(input);
  const target = await temporaryFolder();
  const outcome = await ingest(dataset, { source: await findSource(dataset, folder), tables: {} }, target);
  const rows = await sql(`SELECT * FROM read_parquet(${literal(join(target, ROWS_FILE))})`);
  const named = rows.map((row) =>
    Object.fromEntries([
      ['row', row['row']],
      ...outcome.columns.map(({ name, internal }) => [name, row[internal]]),
    ]),
  );
  return { ...outcome, rows: named as Record<string, unknown>[] };
}

describe('ingest', () => {
  it('brings every column of the table, the position of each row, and their order', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT i AS id, 'u' || (i % 7) AS "user", i * 0.5 AS price FROM range(300000) t(i)`,
    );
    const { columns, rows, rowsKept } = await ingested(folder, {
      source: { uri },
      where: [{ column: 'user', is: 'notEqual', value: 'u3' }],
    });
    expect(columns.map(({ name, internal }) => `${internal} ${name}`)).toEqual([
      'c0 id',
      'c1 user',
      'c2 price',
    ]);
    expect(rowsKept).toBe(rows.length);
    const expected = Array.from({ length: 300_000 }, (_, i) => i).filter((i) => i % 7 !== 3);
    expect(rows.map(({ row }) => Number(row))).toEqual(expected);
    expect(rows.map(({ id }) => Number(id))).toEqual(expected);
  });

  it('says of how many rows a condition on texts means other than on the numbers that they write', async () => {
    const folder = await temporaryFolder();
    const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify({ user: `u${i}`, price: `${i}` }));
    const source = { uri: await writeLines(folder, 'rows.jsonl', lines) };
    const keptBy = (value: string | number) =>
      ingested(folder, { source, where: [{ column: 'price', is: 'greater', value }] });
    const asText = await keptBy('9');
    // "90" to "99" alone, and not "10" to "89".
    expect(asText.rowsKept).toBe(10);
    expect(asText.warnings).toMatchObject([{ code: 'compared-as-text', counts: { rows: 80 } }]);
    const asNumber = await keptBy(9);
    expect(asNumber.rowsKept).toBe(90);
    expect(asNumber.warnings).toEqual([]);
    const inOrder = await ingested(folder, {
      source,
      where: [{ column: 'user', is: 'greater', value: 'u5' }],
    });
    expect(inOrder.warnings).toEqual([]);
  });

  it('brings the selected columns alone, and drops by one that is not selected', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    const { columns, dropped, rows } = await ingested(folder, {
      source: { uri },
      select: ['item', 'user'],
      where: [{ column: 'at', is: 'less', value: 10 }],
    });
    expect(columns.map(({ name }) => name)).toEqual(['item', 'user']);
    expect(dropped).toEqual([{ condition: 'at < 10', rows: 90 }]);
    expect(rows.map(({ user }) => user)).toEqual(purchases.slice(0, 10).map(({ user }) => user));
  });

  it('brings nested values and others without an order as their text, missing numbers as null', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT ['a', 'b'] AS tags, {'x': 1} AS place, 'nan'::DOUBLE AS price, 5::HUGEINT AS total,
        '550e8400-e29b-41d4-a716-446655440000'::UUID AS id, DATE '2024-01-02' AS day`,
    );
    const { columns, rows } = await ingested(folder, { source: { uri } });
    expect(columns.map(({ type }) => type)).toEqual([
      'VARCHAR',
      'VARCHAR',
      'DOUBLE',
      'DOUBLE',
      'VARCHAR',
      'DATE',
    ]);
    expect(rows[0]).toMatchObject({
      tags: '[a, b]',
      place: "{'x': 1}",
      price: null,
      total: 5,
      id: '550e8400-e29b-41d4-a716-446655440000',
    });
  });

  it('keeps apart columns whose names differ in their case', async () => {
    const folder = await temporaryFolder();
    const lines = ['User,user,failed0', 'a,b,1', 'c,d,x'];
    const uri = await writeLines(folder, 'rows.csv', lines);
    const { columns, rows, castFailures } = await ingested(folder, {
      source: { uri },
      columns: { failed0: { cast: 'int64' } },
    });
    expect(columns.map(({ name }) => name)).toEqual(['User', 'user_1', 'failed0']);
    expect(rows.map((row) => [row['User'], row['user_1'], row['failed0']])).toEqual([
      ['a', 'b', 1n],
      ['c', 'd', null],
    ]);
    expect(castFailures).toEqual({ failed0: 1 });
  });
});
