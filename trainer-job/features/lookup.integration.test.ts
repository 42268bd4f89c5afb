import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepared, writeLines } from '../../test/support/data/prepared.js';
import { byTime, sql } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { unicodeText } from '../../test/support/unicodeText.js';
import { lookupOf } from '../../test/support/data/lookupOf.js';

const FEATURES = ['text', 'whole', 'decimal', 'flag', 'day'] as const;

interface Row {
  text: string;
  whole: number | null;
  decimal: number | null;
  flag: boolean | null;
  day: string;
  item: string;
}

/** Values that repeat, so that vocabularies have an order, among others that hold anything. */
const row: fc.Arbitrary<Row> = fc.record({
  text: fc.oneof(fc.constantFrom('a', 'A', ' a', '001', '1', 'null', ''), unicodeText()),
  whole: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger())),
  decimal: fc.option(fc.constantFrom(-3, 0, 1, 17_850, 0.1, -2.5, 0.1 + 0.2, 1e15 - 0.5)),
  flag: fc.option(fc.boolean()),
  day: fc.constantFrom('2024-01-02', '2024-1-3', '2024-01-04'),
  item: fc.constantFrom('i1', 'i2', 'i3'),
});
/** Each tower has two ids at least, whatever is drawn. */
const FIRST: Row = { text: 'x', whole: 1, decimal: 1.5, flag: true, day: '2024-01-02', item: 'i1' };
const rows = fc
  .array(row, { minLength: 58, maxLength: 58 })
  .map((drawn) => [FIRST, { ...FIRST, text: 'y', item: 'i2' }, ...drawn]);

const csvField = (value: string | number | boolean | null) =>
  value === null ? '' : `"${String(value).replaceAll('"', '""')}"`;

type Writer = (folder: string, rows: readonly Row[]) => Promise<string>;

const writeJsonLines: Writer = (folder, written) =>
  writeLines(
    folder,
    'rows.jsonl',
    written.map((values, at) => JSON.stringify({ ...values, at })),
  );

const writeCsv: Writer = (folder, written) =>
  writeLines(folder, 'rows.csv', [
    [...FEATURES, 'item', 'at'].join(','),
    ...written.map((values, at) =>
      [...FEATURES.map((name) => values[name]), values.item, at].map(csvField).join(','),
    ),
  ]);

const writeParquet: Writer = async (folder, written) => {
  const lines = await writeJsonLines(folder, written);
  const file = join(folder, 'rows.parquet');
  await sql(
    `COPY (SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = {text: 'VARCHAR',
      whole: 'BIGINT', decimal: 'DOUBLE', flag: 'BOOLEAN', day: 'VARCHAR', item: 'VARCHAR', 'at': 'INTEGER'}))
      TO '${file}' (FORMAT parquet)`,
  );
  return file;
};

/** Vocabulary indices of every row's query features: as the transform stores them, and as a server looks them up. */
async function encodedTwice(write: Writer, written: readonly Row[]) {
  const folder = await temporaryFolder();
  const { data, vocabulary } = await prepared(folder, {
    dataset: {
      source: { uri: await write(folder, written) },
      columns: { at: { cast: 'int64' } },
      ...byTime,
    },
    features: {
      query: FEATURES.map((column) => ({ column, transform: 'lookup' as const, id: column === 'text' })),
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
  });
  const lookups = await Promise.all(FEATURES.map(async (name) => lookupOf(await vocabulary('query', name))));
  const { train, validation, test } = data.splits;
  const stored = [train, validation, test].flatMap(({ query }) =>
    Array.from(query, (entity) => Array.from(data.query.rows(Int32Array.of(entity)).indices)),
  );
  const lookedUp = written.map((values) => FEATURES.map((name, i) => lookups[i]?.(values[name])));
  return { stored, lookedUp };
}

describe('a lookup at serving time', () => {
  it.each<[string, Writer]>([
    ['JSON lines', writeJsonLines],
    ['CSV', writeCsv],
    ['Parquet', writeParquet],
  ])('gives each value the index that it has in the encoded rows of %s', async (_format, write) => {
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        const { stored, lookedUp } = await encodedTwice(write, written);
        expect(stored).toEqual(lookedUp);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
