/** Data that is legal and odd: every row of it counts, and as what it says. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  storedSpecSchema,
  trainingSpecSchema,
  type RunWarning,
  type TrainingSpecInput,
} from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { byTime, jsonLines, purchases, sql, writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { lookupOf } from '../../test/support/data/lookupOf.js';
import { checkTrainedColumns, ingest, type IngestOutcome } from './ingest/ingest.js';
import { findSource } from './source/source.js';

async function ingested(folder: string, input: TrainingSpecInput): Promise<IngestOutcome> {
  const spec = trainingSpecSchema.parse(input);
  const source = await findSource(spec.dataset, folder);
  const outcome = await ingest(spec.dataset, { source, tables: {} }, await temporaryFolder());
  checkTrainedColumns(spec, outcome);
  return outcome;
}

async function fingerprintOf(folder: string, uri: string): Promise<string> {
  return (await findSource(trainingSpecSchema.parse(userItemSpec(uri)).dataset, folder)).fingerprint;
}

describe('CSV', () => {
  it('has no comments: an id may begin with #', async () => {
    const folder = await temporaryFolder();
    const lines = purchases.map(({ user, item }, i) => `${i % 2 === 0 ? '#' : ''}${user},${item}`);
    const file = await writeLines(folder, 'rows.csv', ['user,item', ...lines]);
    expect(await ingested(folder, userItemSpec(file))).toMatchObject({ rowsRead: 100 });
  });

  it.each<[string, string[]]>([
    ['more fields than its header has names', purchases.map(({ user, item, at }) => `${user},${item},${at}`)],
    [
      'more fields from the second row on',
      ['a,b', ...purchases.map(({ user, item, at }) => `${user},${item},${at}`)],
    ],
  ])('with %s is refused, not read in part', async (_what, lines) => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', ['user,item', ...lines]);
    await expect(ingested(folder, userItemSpec(file))).rejects.toMatchObject({
      name: 'TrainerError',
      code: expect.stringMatching(/^(unreadable-source|missing-column)$/) as string,
    });
  });

  it('keeps a quote in the middle of a field, blank lines apart, and single quotes', async () => {
    const folder = await temporaryFolder();
    const lines = [
      'user,item,at',
      `'a',"say ""hi"", twice",0`,
      'b,"two\nlines",0',
      '',
      ...purchases.map(({ user, at }) => `${user},i,${at}`),
    ];
    const file = await writeLines(folder, 'rows.csv', lines);
    const { vocabulary } = await prepared(
      folder,
      userItemSpec(file, { ...byTime, columns: { at: { cast: 'int64' } } }),
    );
    const known = [...(await vocabulary('query', 'user')), ...(await vocabulary('candidate', 'item'))];
    expect(known).toEqual(expect.arrayContaining([`'a'`, 'say "hi", twice', 'two\nlines']));
  });
});

describe('JSON lines', () => {
  it('keep ids as they are written, numbers among texts and upper case in UUIDs', async () => {
    const folder = await temporaryFolder();
    const uuid = (i: number) => `550E8400-E29B-41D4-A716-4466554400${10 + (i % 9)}`;
    const rows = purchases.map(({ at }, i) => ({
      user: i % 2 === 0 ? i % 8 : `x${i % 8}`,
      item: uuid(i),
      at,
    }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(rows));
    const { data, vocabulary } = await prepared(
      folder,
      userItemSpec(file, { split: { strategy: 'time', column: 'at' } }),
    );
    const user = lookupOf(await vocabulary('query', 'user'));
    const item = lookupOf(await vocabulary('candidate', 'item'));
    const train = rows.slice(0, data.splits.train.count);
    expect(Array.from(data.splits.train.query, (entity) => data.query.ids[entity])).toEqual(
      train.map((row) => user(row.user)),
    );
    expect(Array.from(data.splits.train.item)).toEqual(train.map((row) => item(row.item)));
    expect(train.every((row) => user(row.user) > 0 && item(row.item) > 0)).toBe(true);
  });
});

describe('a time in JSON lines', () => {
  it('is the text that is written where it is a feature alone, and a time where it orders the split', async () => {
    const folder = await temporaryFolder();
    const rows = purchases.map((row, i) => ({ ...row, at: `2024-01-${10 + (i % 9)}T00:00:00Z` }));
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines(rows)));
    const features = {
      ...spec.features,
      query: [...spec.features.query, { column: 'at', transform: 'lookup' as const }],
    };
    const { vocabulary } = await prepared(folder, { ...spec, features });
    expect(await vocabulary('query', 'at')).toContain('2024-01-18T00:00:00Z');
    const split = { strategy: 'time' as const, column: 'at' };
    const { manifest } = await prepared(folder, { ...spec, features, dataset: { ...spec.dataset, split } });
    expect(manifest.rows.train).toBe(80);
  });
});

describe('a value', () => {
  it.each<[string, string[]]>([
    [
      'csv',
      ['user,item', ...purchases.map(({ item }, i) => `${['a\0b', 'ÅÉ 🙂', "' OR 1=1 --"][i % 3]},${item}`)],
    ],
    [
      'jsonl',
      jsonLines(purchases.map(({ item }, i) => ({ user: ['a\0b', 'ÅÉ 🙂', "' OR 1=1 --"][i % 3], item }))),
    ],
  ])('of %s is what it is, whatever it holds', async (format, lines) => {
    const folder = await temporaryFolder();
    const { vocabulary } = await prepared(
      folder,
      userItemSpec(await writeLines(folder, `r.${format}`, lines)),
    );
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(["' OR 1=1 --", 'a\0b', 'ÅÉ 🙂']);
  });

  it('keeps the byte order mark that it begins with: it is another one without it', async () => {
    const folder = await temporaryFolder();
    const rows = purchases.map(({ item }, i) => ({
      user: `${['', '\ufeff'][i % 2]}u`,
      item: `\ufeff${item}`,
    }));
    const { vocabulary } = await prepared(
      folder,
      userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines(rows))),
    );
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(['u', '\ufeffu']);
    expect(await vocabulary('candidate', 'item')).toContain('\ufeffi0');
  });

  it.each(['DOUBLE', 'FLOAT'])('of zero has no sign: -0 is 0 in a column of %s', async (type) => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CASE WHEN i % 2 = 0 THEN '-0.0'::${type} ELSE (i % 4 - 1)::${type} END AS "user", 'i' || (i % 5) AS item
        FROM range(100) t(i)`,
    );
    const { vocabulary } = await prepared(folder, userItemSpec(file));
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(['0', '2']);
  });
});

describe('a column', () => {
  it.each(['constructor', 'toString'])('may be called %s, as what every object has', async (name) => {
    const folder = await temporaryFolder();
    const rows = purchases.map(({ user, ...row }, i) => ({ ...row, user, [name]: `v${i % 3}` }));
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines(rows)));
    const query = [...spec.features.query, { column: name, transform: 'lookup' as const, minCount: 1 }];
    const { vocabulary } = await prepared(folder, { ...spec, features: { ...spec.features, query } });
    expect((await vocabulary('query', name)).toSorted()).toEqual(['v0', 'v1', 'v2']);
  });
});

describe('the files', () => {
  it('are the ones that were found, whatever their names hold', async () => {
    const folder = await temporaryFolder();
    const rows = (user: string) =>
      `SELECT '${user}' || (i % 3) AS "user", 'i' || (i % 5) AS item FROM range(100) t(i)`;
    await writeParquet(join(folder, 'rows1.parquet'), rows('wrong'));
    await copyFile(
      await writeParquet(join(folder, 'right.parquet'), rows('right')),
      join(folder, 'rows[1].parquet'),
    );
    const { vocabulary } = await prepared(folder, userItemSpec('rows[1].parquet'));
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(['right0', 'right1', 'right2']);
  });

  it('have one fingerprint each: no other files have theirs', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'one'));
    await mkdir(join(folder, 'two'));
    await writeFile(join(folder, 'one', 'a.csv'), 'user\nb.csv\0item\n');
    await writeFile(join(folder, 'two', 'a.csv'), 'user\n');
    await writeFile(join(folder, 'two', 'b.csv'), 'item\n');
    expect(await fingerprintOf(folder, 'one/*.csv')).not.toBe(await fingerprintOf(folder, 'two/*.csv'));
  });

  it('give the columns that are inside them, and those in the names of their folders', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'user=folder'));
    await writeParquet(
      join(folder, 'user=folder', 'rows.parquet'),
      `SELECT 'i' || (i % 5) AS item FROM range(100) t(i)`,
    );
    const { columns } = await ingested(folder, userItemSpec('user=folder/rows.parquet'));
    expect(columns.map(({ name }) => name)).toEqual(['item', 'user']);
  });

  it.each<[string, string]>([
    ['file://elsewhere/rows.csv', 'invalid-file-url'],
    ['rows[z-a].csv', 'invalid-pattern'],
  ])('named by %s in a specification that was stored: an error of the data', async (uri, code) => {
    const folder = await temporaryFolder();
    await writeLines(folder, 'rows.csv', ['user,item']);
    const { dataset } = storedSpecSchema.parse(userItemSpec(uri));
    await expect(findSource(dataset, folder)).rejects.toMatchObject({ name: 'TrainerError', code });
  });
});

describe('cleaning', () => {
  it('trims what String.trim trims', async () => {
    const folder = await temporaryFolder();
    const blanks = ['\t', '\n', '\r\n', '\v', '\f', '\u00a0', '\u2003', '\u3000', '\ufeff', ' '];
    const rows = purchases.map((row, i) => ({
      ...row,
      user: `${blanks[i % 10]}a b${blanks[(i + 3) % 10]}${i % 2}`,
    }));
    const padded = rows.map((row, i) => ({ ...row, user: row.user + blanks[(i * 7) % 10] }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(padded));
    const { vocabulary } = await prepared(folder, userItemSpec(file, { columns: { user: { trim: true } } }));
    const expected = new Set(padded.map(({ user }) => user.trim()));
    expect((await vocabulary('query', 'user')).filter((value) => !expected.has(value))).toEqual([]);
  });

  it('leaves a time a time when it is trimmed too', async () => {
    const folder = await temporaryFolder();
    const lines = purchases.map(
      ({ user, item, at }) => `${user},${item}, 2024-01-01 00:00:${String(at % 60).padStart(2, '0')} `,
    );
    const file = await writeLines(folder, 'rows.csv', ['user,item,at', ...lines]);
    const { data } = await prepared(
      folder,
      userItemSpec(file, {
        columns: { at: { cast: 'timestamp', trim: true } },
        split: { strategy: 'time', column: 'at' },
      }),
    );
    expect(data.splits.train.count).toBe(80);
  });

  it('takes not-a-number for null, in conditions and as an id', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT CASE WHEN i % 4 = 0 THEN 'nan'::DOUBLE ELSE i % 7 END AS "user", i % 5 AS item FROM range(100) t(i)`,
    );
    for (const where of [
      [{ column: 'user', is: 'greaterOrEqual' as const, value: 0 }],
      [{ column: 'user', is: 'notNull' as const }],
    ]) {
      expect(await ingested(folder, userItemSpec(file, { where }))).toMatchObject({ rowsKept: 75 });
    }
  });
});

describe('a condition', () => {
  const from = (value: string) => [{ column: 'at', is: 'greaterOrEqual' as const, value }];
  const timed = (folder: string) =>
    writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, i * 1.0 AS price,
        TIMESTAMP '2024-01-01' + to_hours(i::BIGINT) AS at FROM range(100) t(i)`,
    );

  it.each<[string, number]>([
    ['2024-01-02', 76],
    ['2024-01-02T00:00:00', 76],
    ['2024-01-02T12:00:00Z', 64],
    ['2024-01-02T12:00:00+02:00', 66],
  ])('on times reads %s as a time', async (value, kept) => {
    const folder = await temporaryFolder();
    const file = await timed(folder);
    expect(await ingested(folder, userItemSpec(file, { where: from(value) }))).toMatchObject({
      rowsKept: kept,
    });
  });

  it('on numbers reads text as a number', async () => {
    const folder = await temporaryFolder();
    const where = [{ column: 'price', is: 'less' as const, value: '9' }];
    expect(await ingested(folder, userItemSpec(await timed(folder), { where }))).toMatchObject({
      rowsKept: 9,
    });
  });

  it('tells apart whole numbers that floating point does not', async () => {
    const folder = await temporaryFolder();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT 76561197960287930 + (i % 10)::BIGINT AS "user", 'i' || (i % 5) AS item FROM range(100) t(i)`,
    );
    const keeping = (condition: object) =>
      ingested(folder, userItemSpec(file, { where: [{ column: 'user', ...condition }] as never }));
    for (const [condition, rowsKept] of [
      [{ is: 'equal', value: '76561197960287937' }, 10],
      [{ is: 'notEqual', value: '76561197960287937' }, 90],
      [{ is: 'in', values: ['76561197960287937', '76561197960287930', '7'] }, 20],
      [{ is: 'greater', value: '76561197960287937' }, 20],
      [{ is: 'greater', value: 1e16 }, 100],
    ] as const) {
      expect(await keeping(condition)).toMatchObject({ rowsKept });
    }
    await expect(keeping({ is: 'equal', value: 76_561_197_960_287_940 })).rejects.toMatchObject({
      code: 'bad-condition',
      message: expect.stringMatching(/which stands for several whole numbers/) as string,
      remedy: 'write it as a text, in quotes, as the data have it',
    });
  });

  it('on booleans reads the words that casts read, and refuses others', async () => {
    const folder = await temporaryFolder();
    const select = `SELECT 'u' || i AS "user", 'i' || (i % 5) AS item, CASE WHEN i % 10 > 0 THEN i % 3 = 0 END AS flag FROM range(100) t(i)`;
    const file = await writeParquet(join(folder, 'rows.parquet'), select);
    const keeping = (condition: object) =>
      ingested(folder, userItemSpec(file, { where: [{ column: 'flag', ...condition }] as never }));
    for (const value of [true, 1, 'true', 'TRUE', 'T', ' yes', '1']) {
      expect(await keeping({ is: 'equal', value })).toMatchObject({ rowsKept: 30 });
    }
    for (const value of ['FALSE', 'n', '0']) {
      expect(await keeping({ is: 'notEqual', value })).toMatchObject({ rowsKept: 30 });
      expect(await keeping({ is: 'greater', value })).toMatchObject({ rowsKept: 30, warnings: [] });
    }
    expect(await keeping({ is: 'in', values: ['No', 'Yes'] })).toMatchObject({ rowsKept: 90 });
    await expect(keeping({ is: 'in', values: ['yes', 'ja'] })).rejects.toMatchObject({
      code: 'bad-condition',
      message: expect.stringMatching(/"flag" with "ja"; the column is of type BOOLEAN/) as string,
      remedy: expect.stringMatching(/write the value as in true or false \(t, yes,/) as string,
    });
  });

  it('that cannot be compared with its column is an error of the specification', async () => {
    const folder = await temporaryFolder();
    const spec = userItemSpec(await timed(folder), { where: from('last week') });
    await expect(ingested(folder, spec)).rejects.toMatchObject({
      name: 'TrainerError',
      code: 'bad-condition',
      message: expect.stringMatching(/"last week".*TIMESTAMP/) as string,
    });
  });
});

describe('every machine', () => {
  it('reads times with a zone as UTC', async () => {
    expect(await sql(`SELECT current_setting('TimeZone') AS zone`)).toEqual([{ zone: 'UTC' }]);
  });

  it('keeps apart the columns of the source and its own', async () => {
    const folder = await temporaryFolder();
    const rows = purchases.map(({ user, item, at }) => ({
      c1: user,
      row: item,
      c0: at,
      keep0: 'k',
      failed0: at,
    }));
    const { data, vocabulary } = await prepared(folder, {
      dataset: {
        source: { uri: await writeLines(folder, 'rows.jsonl', jsonLines(rows)) },
        columns: { failed0: { cast: 'int64' } },
        where: [{ column: 'keep0', is: 'equal', value: 'k' }],
        split: { strategy: 'time', column: 'c0' },
      },
      features: {
        query: [{ column: 'c1', transform: 'lookup', id: true }],
        candidate: [{ column: 'row', transform: 'lookup', id: true }],
      },
    });
    const items = await vocabulary('candidate', 'row');
    expect(Array.from(data.splits.train.item, (index) => items[index - 1])).toEqual(
      purchases.slice(0, 80).map(({ item }) => item),
    );
  });
});

describe('nothing to train or to test on', () => {
  it('is an error when no item is frequent enough', async () => {
    const folder = await temporaryFolder();
    const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines()));
    const candidate = [{ column: 'item', transform: 'lookup' as const, id: true, minCount: 1000 }];
    await expect(
      prepared(folder, { ...spec, features: { ...spec.features, candidate } }),
    ).rejects.toMatchObject({
      name: 'TrainerError',
      code: 'empty-vocabulary',
    });
  });

  it('is an error when the draw of a random split leaves one empty, as that of seed 1 does', async () => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.jsonl', jsonLines().slice(0, 20));
    const drawn = (seed: number) =>
      prepared(folder, userItemSpec(file, { split: { strategy: 'random', seed } }));
    expect((await drawn(2)).manifest.rows).toEqual({ train: 15, validation: 4, test: 1 });
    await expect(drawn(1)).rejects.toMatchObject({
      name: 'TrainerError',
      code: 'empty-split',
      message: 'of 20 rows none is in the test split',
    });
  });

  it.each<[Parameters<typeof userItemSpec>[1] & object, string, RegExp]>([
    [
      { split: { strategy: 'column', column: 'side' } },
      'of 100 rows none is in the validation split, whose rows have "validation" in column "side"',
      /dataset\.split\.validation.*dataset\.sql.*"random"/,
    ],
    [
      {
        split: {
          strategy: 'strictTemporal',
          column: 'on',
          validationFrom: '2099-01-01',
          testFrom: '2099-02-01',
        },
      },
      'of 100 rows none is in the validation split, whose times in column "on" are from 2099-01-01 and before 2099-02-01; those of the data are from 2026-01-10T00:00:00Z to 2026-01-29T00:00:00Z, 19 days',
      /validationFrom and testFrom/,
    ],
    [
      { split: { strategy: 'timeHoldout', column: 'on', validationDays: 14, testDays: 7 } },
      'of 100 rows none is in the train split: the times of column "on" are from 2026-01-10T00:00:00Z to 2026-01-29T00:00:00Z, 19 days, of which validation has the last 14 before the last 7 of test',
      /validationDays and testDays/,
    ],
  ])('says which rows %j leaves a split without', async (dataset, message, remedy) => {
    const folder = await temporaryFolder();
    const rows = purchases.map((row, i) => ({
      ...row,
      side: i % 5 === 0 ? 'test' : 'train',
      on: `2026-01-${10 + (i % 20)}`,
    }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(rows));
    await expect(prepared(folder, userItemSpec(file, dataset))).rejects.toMatchObject({
      code: 'empty-split',
      message,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  it('is no error but a warning when some rows have no time', async () => {
    const folder = await temporaryFolder();
    const rows = purchases.map((row, i) => ({ ...row, at: i === 50 ? null : row.at }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(rows));
    const { warnings } = await prepared(
      folder,
      userItemSpec(file, { split: { strategy: 'time', column: 'at' } }),
    );
    expect(warnings.join()).toMatch(
      /"at", which orders the split, is null in 1 rows: they count as the oldest/,
    );
  });

  it('says that times which nobody means are those that the result is measured on', async () => {
    const folder = await temporaryFolder();
    const rows = purchases.map((row, i) => ({
      ...row,
      on: i % 20 === 0 ? '9999-12-31' : `2026-01-${10 + (i % 20)}`,
    }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(rows));
    const { warnings } = await prepared(
      folder,
      userItemSpec(file, {
        columns: { on: { cast: 'timestamp' } },
        split: { strategy: 'time', column: 'on' },
      }),
    );
    expect(warnings.join()).toMatch(/"on", which orders the split, has times up to 9999-12-31 00:00:00: /);
  });

  it.each<[string, (i: number) => number, string[]]>([
    ['of seconds', (i) => 1767225600 + 60 * i, []],
    [
      'of seconds, some of which are of the year 9999',
      (i) => (i % 20 === 0 ? 253402214400 : 1767225600 + 60 * i),
      ['far-times'],
    ],
    ['of milliseconds', (i) => 1767225600000 + 60 * i, []],
    ['that count the rows', (i) => i, []],
    ['of prices', (i) => 1 + (i % 19) / 4, ['numbers-as-times']],
  ])('says of a split by numbers %s what is no time', async (_, numberOf, expected) => {
    const folder = await temporaryFolder();
    const rows = purchases.map((row, i) => ({ ...row, on: numberOf(i) }));
    const file = await writeLines(folder, 'rows.jsonl', jsonLines(rows));
    const { reports } = await prepared(
      folder,
      userItemSpec(file, { split: { strategy: 'time', column: 'on' } }),
    );
    const codes = reports.flatMap((report) => report.warnings).map(({ code }) => code);
    expect(codes.filter((code) => ['far-times', 'numbers-as-times'].includes(code))).toEqual(expected);
  });
});

describe('a table of items', () => {
  /** The warnings of ingest, where items i0 to i9 are bought and the table has i0 to i(n - 1). */
  async function warningsOf(n: number): Promise<RunWarning[]> {
    const folder = await temporaryFolder();
    const lines = purchases.map(({ user, at }, i) => `${user},i${i % 10},${at}`);
    const file = await writeLines(folder, 'rows.csv', ['user,item,at', ...lines]);
    const items = Array.from({ length: n }, (_, i) => `i${i},c${i % 3}`);
    await writeLines(folder, 'items.csv', ['id,cat', ...items]);
    const { reports } = await prepared(
      folder,
      userItemSpec(file, {
        tables: { items: { uri: 'items.csv' } },
        joins: [{ table: 'items', on: { item: 'id' }, columns: { cat: 'cat' } }],
      }),
    );
    return reports[0]?.warnings ?? [];
  }

  it('warns of items without a row, which are not recommended', async () => {
    expect(await warningsOf(14)).toContainEqual({
      code: 'items-without-rows',
      message:
        '4 of 14 items of table "items", such as "i10", have no row in the data: they are not recommended',
      remedy: 'bring rows of them: a model knows no item by its attributes alone',
      counts: { items: 14, withoutRows: 4 },
    });
  });

  it('says nothing where each item has a row', async () => {
    const codes = (await warningsOf(10)).map(({ code }) => code);
    expect(codes).not.toContain('items-without-rows');
  });
});
