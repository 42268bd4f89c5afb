import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { onlineRetail } from '../../test/support/data/onlineRetail.js';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { byTime, csvLines, jsonLines, purchases, writeParquet } from '../../test/support/data/purchases.js';
import { embeddingOf } from '../../test/support/training/tinyDataset.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { evaluationRows } from '../evaluate/ranks/evaluationRows.js';
import { lookupOf } from '../../test/support/data/lookupOf.js';
import { ingest } from './ingest/ingest.js';
import { findSource } from './source/source.js';
import { useSeveralThreads } from '../../test/support/data/severalThreads.js';

useSeveralThreads();

describe.skipIf(!onlineRetail)('the Online Retail protocol', () => {
  it('has the rows, users and items that its description counts', async () => {
    const { data, manifest, reports } = await prepared(await temporaryFolder(), {
      dataset: {
        source: { uri: onlineRetail ?? '' },
        columns: { CustomerID: { cast: 'int64' }, Description: { trim: true } },
        where: [
          { column: 'CustomerID', is: 'notNull' },
          { column: 'Description', is: 'notNull' },
          { column: 'Quantity', is: 'greater', value: 0 },
        ],
        split: { strategy: 'time', column: 'InvoiceDate' },
      },
      features: {
        query: [{ column: 'CustomerID', transform: 'lookup', id: true }],
        candidate: [{ column: 'Description', transform: 'lookup', id: true }],
      },
    });
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 541_909, rowsKept: 397_924 });
    expect(manifest.rows.train).toBe(318_339);
    expect(evaluationRows(data, 'test').rowCount).toBe(17_113);
    expect(manifest.query.features[0]?.vocabulary.size).toBe(3993);
    expect(manifest.candidate.features[0]?.vocabulary.size).toBe(3801);
  });
});

describe('a source', () => {
  it.each<[string, (folder: string) => Promise<string>, TrainingSpecInput['dataset']['columns']]>([
    ['JSON lines', (folder) => writeLines(folder, 'rows.jsonl', jsonLines()), {}],
    ['CSV', (folder) => writeLines(folder, 'rows.csv', csvLines), { at: { cast: 'int64' } }],
    [
      'compressed CSV',
      async (folder) => {
        await writeFile(join(folder, 'rows.csv.gz'), gzipSync(csvLines.join('\n')));
        return 'rows.csv.gz';
      },
      { at: { cast: 'int64' } },
    ],
    [
      'compressed JSON lines',
      async (folder) => {
        await writeFile(join(folder, 'rows.jsonl.gz'), gzipSync(jsonLines().join('\n')));
        return 'rows.jsonl.gz';
      },
      {},
    ],
    [
      'JSON lines behind a byte order mark',
      async (folder) => {
        await writeFile(join(folder, 'rows.jsonl'), `\ufeff${jsonLines().join('\n')}`);
        return 'rows.jsonl';
      },
      {},
    ],
    [
      'CSV as a spreadsheet writes it: byte order mark, semicolons, CR LF',
      async (folder) => {
        const text = csvLines.map((line) => `${line.replaceAll(',', ';')}\r\n`).join('');
        await writeFile(join(folder, 'rows.csv'), `\ufeff${text}`);
        return 'rows.csv';
      },
      { at: { cast: 'int64' } },
    ],
    [
      'CSV files with their columns in other orders',
      async (folder) => {
        await writeLines(folder, 'a.csv', csvLines.slice(0, 51));
        const rest = purchases.slice(50).map(({ user, item, at }) => `${at},${item},${user}`);
        await writeLines(folder, 'b.csv', ['at,item,user', ...rest]);
        return '[ab].csv';
      },
      { at: { cast: 'int64' } },
    ],
    [
      'Parquet',
      (folder) =>
        writeParquet(
          join(folder, 'rows.parquet'),
          `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, i AS at FROM range(100) t(i)`,
        ),
      {},
    ],
    [
      'several files by a pattern, in the order of their names',
      async (folder) => {
        await writeLines(folder, 'parts/b.jsonl', jsonLines().slice(50));
        await writeLines(folder, 'parts/a.jsonl', jsonLines().slice(0, 50));
        return 'parts/*.jsonl';
      },
      {},
    ],
  ])('of %s gives the same integers', async (_name, write, columns) => {
    const folder = await temporaryFolder();
    const { data, vocabulary } = await prepared(
      folder,
      userItemSpec(await write(folder), { ...byTime, columns }),
    );
    expect(data.splits.train.count).toBe(80);
    expect(data.splits.validation.count).toBe(15);
    expect(data.splits.test.count).toBe(5);
    const items = await vocabulary('candidate', 'item');
    expect(items).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
    const decoded = Array.from(data.splits.train.item, (index) => items[index - 1]);
    expect(decoded).toEqual(purchases.slice(0, 80).map(({ item }) => item));
  });

  it('keeps the zeros of CSV ids', async () => {
    const folder = await temporaryFolder();
    const lines = ['user,item', ...Array.from({ length: 100 }, (_, i) => `00${i % 3},0${i % 4}`)];
    const { vocabulary } = await prepared(folder, userItemSpec(await writeLines(folder, 'rows.csv', lines)));
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(['000', '001', '002']);
  });

  it('takes column names for what they are, whatever they hold', async () => {
    const folder = await temporaryFolder();
    const [user, item] = ['a"; drop table rows; --', "Größe 'x' 🙂"];
    const lines = purchases.map((row) => JSON.stringify({ [user]: row.user, [item]: row.item, at: row.at }));
    const { data } = await prepared(folder, {
      dataset: {
        source: { uri: await writeLines(folder, 'rows.jsonl', lines) },
        where: [{ column: user, is: 'notNull' }],
      },
      features: {
        query: [{ column: user, transform: 'lookup', id: true }],
        candidate: [{ column: item, transform: 'lookup', id: true }],
      },
    });
    expect(data.candidate.entities).toBe(6);
  });
});

describe('cleaning', () => {
  const lines = [
    ...purchases.map((row) =>
      JSON.stringify({ ...row, user: ` ${row.user} `, price: String(row.at), ok: row.at % 2 === 0 }),
    ),
    ...Array.from({ length: 5 }, () =>
      JSON.stringify({ user: 'u1', item: null, at: 200, price: 'free', ok: null }),
    ),
  ];

  it.each<[string, NonNullable<TrainingSpecInput['dataset']['where']>, number]>([
    ['notNull', [{ column: 'item', is: 'notNull' }], 100],
    ['equal to text', [{ column: 'item', is: 'equal', value: 'i3' }], 20],
    ['equal to a truth value', [{ column: 'ok', is: 'equal', value: true }], 50],
    ['not equal, null never', [{ column: 'item', is: 'notEqual', value: 'i3' }], 80],
    ['a number in a text column', [{ column: 'price', is: 'greaterOrEqual', value: 9 }], 91],
    ['less', [{ column: 'at', is: 'less', value: 10 }], 10],
    ['in', [{ column: 'item', is: 'in', values: ['i0', 'i4'] }], 40],
    [
      'all of several',
      [
        { column: 'at', is: 'greater', value: 9 },
        { column: 'at', is: 'lessOrEqual', value: 19 },
      ],
      10,
    ],
    ['values are no SQL', [{ column: 'item', is: 'notEqual', value: "x' OR '1'='1" }], 100],
  ])('keeps the rows of a condition: %s', async (_name, where, kept) => {
    const folder = await temporaryFolder();
    const input = userItemSpec(await writeLines(folder, 'rows.jsonl', lines), { where });
    const spec = trainingSpecSchema.parse(input);
    const { rowsRead, rowsKept } = await ingest(
      spec.dataset,
      { source: await findSource(spec.dataset, folder), tables: {} },
      folder,
    );
    expect({ rowsRead, rowsKept }).toEqual({ rowsRead: 105, rowsKept: kept });
  });

  it('trims, casts, and counts what it could not cast', async () => {
    const folder = await temporaryFolder();
    const { vocabulary, warnings } = await prepared(
      folder,
      userItemSpec(await writeLines(folder, 'rows.jsonl', lines), {
        columns: { user: { trim: true }, price: { cast: 'int64' } },
        split: { strategy: 'time', column: 'price' },
      }),
    );
    expect((await vocabulary('query', 'user'))[0]).toBe('u1');
    expect(warnings.join()).toContain('the cast of column "price" failed for 5 of 105 values');
  });
});

describe('the split', () => {
  it('by time orders ties as the source does, every time', async () => {
    const folder = await temporaryFolder();
    const lines = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({ user: `u${i % 7}`, item: `i${i}`, at: 1 }),
    );
    const file = await writeLines(folder, 'rows.jsonl', lines);
    const { data, vocabulary } = await prepared(folder, { ...userItemSpec(file, byTime) });
    const items = await vocabulary('candidate', 'item');
    expect(Array.from(data.splits.train.item, (i) => items[i - 1])).toEqual(
      Array.from({ length: 80 }, (_, i) => `i${i}`),
    );
  });

  it('by time orders times by what they say, whatever their zones', async () => {
    const folder = await temporaryFolder();
    // Each hour is written in another zone: as text, or without its zone, it would be in another order.
    const rows = Array.from({ length: 100 }, (_, i) => {
      const zone = i % 12;
      const local = new Date(Date.UTC(2024, 0, 1, i + zone)).toISOString().slice(0, 19);
      return { user: `u${i % 7}`, item: `i${i}`, at: `${local}+${String(zone).padStart(2, '0')}:00` };
    });
    const file = await writeLines(folder, 'rows.csv', [
      'user,item,at',
      ...rows.toReversed().map(({ user, item, at }) => `${user},${item},${at}`),
    ]);
    const { data, vocabulary } = await prepared(
      folder,
      userItemSpec(file, { ...byTime, columns: { at: { cast: 'timestamp' } } }),
    );
    const items = await vocabulary('candidate', 'item');
    expect(Array.from(data.splits.train.item, (i) => items[i - 1])).toEqual(
      rows.slice(0, 80).map(({ item }) => item),
    );
  });

  it('at random keeps a row on its side when rows are added', async () => {
    const folder = await temporaryFolder();
    const lines = Array.from({ length: 200 }, (_, i) => JSON.stringify({ user: 'u', item: `i${i}` })).concat(
      '{"user":"v","item":"i0"}',
    );
    const file = await writeLines(folder, 'rows.jsonl', lines);
    const trainItems = async () => {
      const { data, vocabulary } = await prepared(folder, userItemSpec(file));
      const items = await vocabulary('candidate', 'item');
      return Array.from(data.splits.train.item, (i) => items[i - 1]);
    };
    const before = await trainItems();
    await appendFile(
      file,
      `${Array.from({ length: 50 }, (_, i) => JSON.stringify({ user: 'u', item: `new${i}` })).join('\n')}\n`,
    );
    const after = await trainItems();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(before.length).toBeGreaterThan(130);
    expect(before.length).toBeLessThan(190);
  });
});

describe('the vocabulary', () => {
  it('is of training rows only, the most frequent first, then by value; rare, later and null values are unknown', async () => {
    const folder = await temporaryFolder();
    const users = ['b', 'b', 'a', 'a', 'c', 'rare', null, 'b'];
    const rows = Array.from({ length: 80 }, (_, i) => ({ user: users[i % 8]!, item: `i${i % 2}`, at: i }));
    rows[5] = { user: 'once', item: 'i0', at: 5 };
    const later = Array.from({ length: 20 }, (_, i) => ({ user: 'late', item: 'i0', at: 100 + i }));
    const file = await writeLines(
      folder,
      'rows.jsonl',
      [...rows, ...later].map((row) => JSON.stringify(row)),
    );
    const spec = userItemSpec(file, byTime);
    const { data, vocabulary } = await prepared(folder, {
      ...spec,
      features: {
        ...spec.features,
        query: [{ column: 'user', transform: 'lookup', id: true, minCount: 2, dim: 3 }],
      },
    });
    const known = await vocabulary('query', 'user');
    expect(known).toEqual(['b', 'a', 'c', 'rare']);
    const encode = lookupOf(known);
    const encoded = Array.from(data.splits.train.query, (entity) => data.query.ids[entity]);
    expect(encoded).toEqual(rows.map(({ user }) => encode(user)));
    expect(encode('once')).toBe(0);
    expect([...new Set(Array.from(data.splits.test.query, (entity) => data.query.ids[entity]))]).toEqual([0]);
    expect(data.query.features[0]).toEqual(embeddingOf('user', 5, 3));
  });

  it('writes numbers as JavaScript does, so that a request finds them', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CAST(17850 + i % 3 AS DOUBLE) AS "user", i % 4 AS item, i AS at FROM range(100) t(i)`,
    );
    for (const columns of [{}, { user: { cast: 'string' as const, trim: true }, item: { trim: true } }]) {
      const { vocabulary } = await prepared(folder, userItemSpec(file, { ...byTime, columns }));
      expect(lookupOf(await vocabulary('query', 'user'))(17_850)).toBeGreaterThan(0);
      expect(lookupOf(await vocabulary('candidate', 'item'))(3)).toBeGreaterThan(0);
    }
  });
});

describe('entities', () => {
  it('of the query are the distinct tuples of its features; of the candidate the items, as their newest row has them', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 100 }, (_, i) => ({
      user: `u${i % 4}`,
      city: i % 8 < 4 ? 'north' : 'south',
      item: `i${i % 5}`,
      category: i < 40 ? 'old' : `c${i % 5}`,
      at: i,
    }));
    const file = await writeLines(
      folder,
      'rows.jsonl',
      rows.map((row) => JSON.stringify(row)),
    );
    const { data, vocabulary } = await prepared(folder, {
      dataset: { source: { uri: file }, ...byTime },
      features: {
        query: [
          { column: 'user', transform: 'lookup', id: true },
          { column: 'city', transform: 'lookup' },
        ],
        candidate: [
          { column: 'category', transform: 'lookup' },
          { column: 'item', transform: 'lookup', id: true },
        ],
      },
    });
    expect(data.query.entities).toBe(8);
    expect(data.candidate.entities).toBe(6);
    const encoded = (entity: number) => Array.from(data.candidate.rows(Int32Array.of(entity)).indices);
    expect(encoded(0)).toEqual([0, 0]);
    const [items, categories] = [
      await vocabulary('candidate', 'item'),
      await vocabulary('candidate', 'category'),
    ];
    for (let entity = 1; entity < 6; entity++) {
      const [category, item] = encoded(entity);
      expect(item).toBe(entity);
      expect(categories[category! - 1]).toBe(`c${items[item! - 1]!.slice(1)}`);
    }
  });
});

describe('the cache of stages', () => {
  it('takes everything from the cache the second time, and only what a change touches otherwise', async () => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.jsonl', jsonLines());
    const hits = async (spec: TrainingSpecInput) =>
      (await prepared(folder, spec)).reports.map(({ cacheHit }) => cacheHit);
    const spec = userItemSpec(file, byTime);
    expect(await hits(spec)).toEqual([false, false, false]);
    expect(await hits(spec)).toEqual([true, true, true]);
    const wider = {
      ...spec,
      features: {
        ...spec.features,
        query: [{ column: 'user', transform: 'lookup' as const, id: true, dim: 5 }],
      },
    };
    expect((await hits(wider))[0]).toBe(true);
    expect((await hits(wider))[2]).toBe(true);
    const another = {
      ...spec,
      features: { ...spec.features, query: [{ column: 'at', transform: 'lookup' as const, id: true }] },
    };
    // Blanks around ids are looked for in the columns of ids.
    expect(await hits(another)).toEqual([true, false, false]);
    await expect(
      hits({
        ...spec,
        features: { ...spec.features, query: [{ column: 'usr', transform: 'lookup', id: true }] },
      }),
    ).rejects.toThrow(/no column "usr" \(did you mean "user"\?\)/);
    await appendFile(file, `${JSON.stringify(purchases[0])}\n`);
    expect(await hits(spec)).toEqual([false, false, false]);
  });

  it('gives the same bytes for the same input', async () => {
    const bytes = async () => {
      const folder = await temporaryFolder();
      await writeLines(folder, 'rows.jsonl', jsonLines());
      await prepared(folder, userItemSpec('rows.jsonl', byTime));
      const cache = join(folder, 'cache');
      const entries = await readdir(cache, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      return Promise.all(
        files.toSorted().map(async (file) => [relative(cache, file), await readFile(file, 'hex')]),
      );
    };
    const first = await bytes();
    expect(first.length).toBeGreaterThan(12);
    expect(await bytes()).toEqual(first);
  });
});
