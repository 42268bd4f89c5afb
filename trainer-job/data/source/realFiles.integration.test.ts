/** Files as people have them: other encodings, delimiters, endings and folders, and several of which one differs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, type PreparedData } from '../../../test/support/data/prepared.js';
import { purchases, writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { useSeveralThreads } from '../../../test/support/data/severalThreads.js';

useSeveralThreads();

type Dataset = Partial<TrainingSpecInput['dataset']>;
type Csv = NonNullable<TrainingSpecInput['dataset']['source']['csv']>;

/** A name with an accent, a euro sign and a curly quote among 100 purchases. */
const USER = 'José €“x”';
const named = purchases.map(({ user, item, at }) => ({ user: user === 'u3' ? USER : user, item, at }));
const text = (delimiter = ',', rows = named, end = '\n') =>
  ['user,item,at'.replaceAll(',', delimiter), ...rows.map((row) => Object.values(row).join(delimiter))]
    .map((line) => line + end)
    .join('');
const utf16 = (content: string) => Buffer.from(content, 'utf16le');
const bigEndian = (content: string) => Buffer.from(utf16(content)).swap16();
/** What Windows writes: its code page has these characters where latin-1 has none. */
const windows = (content: string) =>
  Buffer.from(
    content.replaceAll('€', '\u0080').replaceAll('“', '\u0093').replaceAll('”', '\u0094'),
    'latin1',
  );

async function files(contents: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function read(
  contents: Record<string, string | Buffer>,
  uri: string,
  dataset: Dataset = {},
): Promise<PreparedData & { infos: string[] }> {
  const folder = await files(contents);
  const infos: string[] = [];
  const log = (level: string, message: string) => void (level === 'info' && infos.push(message));
  return { ...(await prepared(folder, userItemSpec(uri, dataset), { log })), infos };
}

const csv = (uri: string, dialect: Csv): Dataset => ({ source: { uri, csv: dialect } });
const usersOf = async ({ vocabulary }: PreparedData) => (await vocabulary('query', 'user')).toSorted();
const ingestWarnings = ({ reports }: PreparedData) => reports[0]?.warnings.map(({ message }) => message);
const USERS = [...new Set(named.map(({ user }) => user))].toSorted();

describe('the encoding of a text', () => {
  it.each<[string, Buffer, string, Csv | undefined]>([
    ['UTF-16 with a mark', utf16(`\ufeff${text()}`), 'rows.csv', undefined],
    ['UTF-16 with a mark, big-endian', bigEndian(`\ufeff${text()}`), 'rows.csv', undefined],
    ['UTF-16 without a mark', utf16(text()), 'rows.csv', undefined],
    ['UTF-16 without a mark, big-endian', bigEndian(text()), 'rows.csv', undefined],
    ['UTF-16 that is compressed', gzipSync(utf16(`\ufeff${text(';')}`)), 'rows.csv.gz', undefined],
    ['UTF-16 that is said', utf16(`\ufeff${text('\t', named, '\r\n')}`), 'rows.txt', { encoding: 'utf-16' }],
    ['windows-1252', windows(text()), 'rows.csv', { encoding: 'windows-1252' }],
    ['windows-1252, compressed', gzipSync(windows(text())), 'rows.csv.gz', { encoding: 'windows-1252' }],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text()}`), 'rows.csv', { encoding: 'utf-8' }],
  ])('%s is read, and the log says so where a copy is made', async (_what, bytes, name, dialect) => {
    const found = await read({ [name]: bytes }, name, dialect ? csv(name, dialect) : {});
    expect(await usersOf(found)).toEqual(USERS);
    expect(found.infos.some((info) => /rows.*UTF-16|windows-1252/.test(info))).toBe(
      dialect?.encoding !== 'utf-8',
    );
    expect(ingestWarnings(found)).toEqual([]);
  });

  it('latin-1 that is said is read: its bytes from 0x80 to 0x9f are no letters', async () => {
    const content = Buffer.from(text().replaceAll('€“x”', '\u0085'), 'latin1');
    const found = await read({ 'rows.csv': content }, 'rows.csv', csv('rows.csv', { encoding: 'latin-1' }));
    expect(await usersOf(found)).toContain('José \u0085');
  });

  it('that is not UTF-8 is refused with the line and the setting', async () => {
    await expect(read({ 'rows.csv': windows(text()) }, 'rows.csv')).rejects.toMatchObject({
      code: 'unreadable-source',
      message: expect.stringMatching(/rows\.csv cannot be read as csv: line \d+: it is not UTF-8/) as string,
      remedy: expect.stringContaining('dataset.source.csv.encoding') as string,
    });
  });

  it('that is said although the mark says another is refused, and UTF-8 under another name is a warning', async () => {
    const marked = { 'rows.csv': utf16(`\ufeff${text()}`) };
    await expect(read(marked, 'rows.csv', csv('rows.csv', { encoding: 'windows-1252' }))).rejects.toThrow(
      /rows\.csv begins with the mark of UTF-16, and dataset\.source\.csv\.encoding is "windows-1252"/,
    );
    const mistaken = await read(
      { 'rows.csv': text() },
      'rows.csv',
      csv('rows.csv', { encoding: 'windows-1252' }),
    );
    expect(ingestWarnings(mistaken)).toEqual([expect.stringMatching(/read as windows-1252.*valid UTF-8/)]);
  });

  it('that breaks off in the middle of a character is refused', async () => {
    const half = utf16(`\ufeff${text()}`).subarray(0, -1);
    await expect(read({ 'rows.csv': half }, 'rows.csv')).rejects.toThrow(
      /rows\.csv is not whole text in UTF-16/,
    );
  });

  it('is a part of the version: another one that is said is another output', async () => {
    const folder = await files({ 'rows.csv': windows(text()) });
    const hits = [];
    for (const encoding of ['windows-1252', 'latin-1', 'windows-1252'] as const) {
      const { reports } = await prepared(folder, userItemSpec('rows.csv', csv('rows.csv', { encoding })));
      hits.push(reports[0]?.cacheHit);
    }
    expect(hits).toEqual([false, false, true]);
  });
});

describe('a delimiter', () => {
  it.each([['::'], ['||'], ['|~|'], [' +++$+++ '], ['<->-<->']])(
    '%s of several characters is read, in quoted fields too',
    async (delimiter) => {
      const quoted = named.map((row, i) => ({ ...row, user: i % 7 === 5 ? `"a${delimiter}""b"` : row.user }));
      const found = await read(
        { 'rows.dat': text(delimiter, quoted) },
        'rows.dat',
        csv('rows.dat', { delimiter }),
      );
      expect(await usersOf(found)).toEqual(
        [...USERS.filter((user) => user !== 'u5'), `a${delimiter}"b`].toSorted(),
      );
      const headless = text(delimiter).split('\n').slice(1).join('\n');
      const dialect = { delimiter, header: false, columns: ['user', 'item', 'at'] };
      expect(
        await usersOf(await read({ 'rows.dat': headless }, 'rows.dat', csv('rows.dat', dialect))),
      ).toEqual(USERS);
    },
  );

  it('that is not found is an error with those that were tried and the setting, and what it may be', async () => {
    const dialect = { header: false, columns: ['user', 'item', 'at'] };
    await expect(
      read({ 'rows.dat': text('::').split('\n').slice(1).join('\n') }, 'rows.dat', csv('rows.dat', dialect)),
    ).rejects.toMatchObject({
      code: 'no-delimiter',
      message: expect.stringMatching(/rows\.dat: a comma, a semicolon, a tab and \| were tried/) as string,
      remedy: expect.stringMatching(/dataset\.source\.csv\.delimiter .*"::" would give 3/) as string,
    });
    await expect(read({ 'rows.dat': text('::') }, 'rows.dat')).rejects.toMatchObject({
      code: 'missing-column',
      remedy: expect.stringMatching(
        /dataset\.source\.csv\.delimiter.*; "::" would give 3 columns$/,
      ) as string,
    });
  });

  it.each(['||', ',,', ';;'])('%s that is not said is named', async (delimiter) => {
    const remedy = expect.stringContaining(
      `dataset.source.csv.delimiter to ${JSON.stringify(delimiter)}, which gives 3 columns`,
    ) as string;
    const content = text(delimiter);
    await expect(read({ 'rows.csv': content }, 'rows.csv')).rejects.toMatchObject({
      code: 'no-delimiter',
      remedy,
    });
  });

  it('that does not fit the rows is an error with the line and what was taken', async () => {
    const content = text().replaceAll(/^(?!user)(.*),(.*),/gm, '$1;$2;');
    await expect(read({ 'rows.csv': content }, 'rows.csv')).rejects.toMatchObject({
      code: 'unreadable-source',
      message: expect.stringMatching(
        /rows\.csv .*(line 2: it has 1 fields instead of 3, parted by ","|tried)/,
      ) as string,
      remedy: expect.stringContaining('dataset.source.csv.delimiter') as string,
    });
  });
});

describe('a quote that is not closed', () => {
  it.each<[string, string]>([
    ['alone', '"u8,i1,7\n'],
    ['with a backslash before a quote inside', '"u\\"8",i1,7\n'],
  ])('%s: the file, the line and the settings', async (_what, line) => {
    const content = text().replace('u1,i1,1\n', `u1,i1,1\n${line}`);
    await expect(read({ 'a.csv': text(), 'b.csv': content }, '*.csv')).rejects.toMatchObject({
      message: expect.stringMatching(/\/b\.csv cannot be read as csv: line 4: /) as string,
      remedy: expect.stringMatching(/dataset\.source\.csv\.escape.*dataset\.source\.csv\.quote/) as string,
    });
  });
});

describe('the ending of a file', () => {
  it.each([['rows.tsv'], ['rows.txt'], ['rows.dat'], ['rows.data'], ['ROWS.TSV'], ['rows.tsv.gz']])(
    '%s is that of a CSV',
    async (name) => {
      const content = name.endsWith('.gz') ? gzipSync(text('\t')) : text('\t');
      expect(await usersOf(await read({ [name]: content }, name))).toEqual(USERS);
    },
  );

  it('.tsv has tabs although its names have more commas', async () => {
    const content = text('\t').replace('at', '"a,b,c,d"');
    expect(await usersOf(await read({ 'rows.tsv': content }, 'rows.tsv'))).toEqual(USERS);
  });
});

describe('a column in the names of folders', () => {
  const parts = ['2017-07', '2017-08', '2017-09', '2017-10'];
  const inFolders = (name: (part: string) => string, file: string, content: string) =>
    Object.fromEntries(parts.map((part) => [`hive/${name(part)}/${file}`, content]));
  const split: Dataset = {
    split: {
      strategy: 'strictTemporal',
      column: 'month',
      validationFrom: '2017-09-01',
      testFrom: '2017-10-01',
    },
  };

  it.each<[string, string]>([
    ['rows.csv', text()],
    ['rows.jsonl', named.map((row) => JSON.stringify(row)).join('\n')],
  ])('is read of %s, and orders a split by months', async (file, content) => {
    const { manifest } = await read(
      inFolders((part) => `month=${part}`, file, content),
      `hive/**/${file}`,
      split,
    );
    expect(manifest.rows).toMatchObject({ train: 200 });
  });

  it('is compared with a month as with its first day, whatever markers lie beside the files', async () => {
    const contents = {
      ...inFolders((part) => `month=${part}`, 'rows.csv', text()),
      'hive/_SUCCESS': '',
      'hive/.DS_Store': 'of a desktop',
      'hive/month=2017-07/.rows.csv.crc': 'a sum',
    };
    const { reports } = await read(contents, 'hive/**/*', {
      where: [{ column: 'month', is: 'greaterOrEqual', value: '2017-09' }],
    });
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 400, rowsKept: 200 });
  });

  it('is read of Parquet, and is a text to a lookup, to conditions and to SQL', async () => {
    const folder = await temporaryFolder();
    for (const [i, part] of ['01', '02', '__HIVE_DEFAULT_PARTITION__', 'a%20b'].entries()) {
      await mkdir(join(folder, `year=2024/month=${part}`), { recursive: true });
      await writeParquet(
        join(folder, `year=2024/month=${part}/rows.parquet`),
        `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, i + ${100 * i} AS at FROM range(100) t(i)`,
      );
    }
    const spec = userItemSpec('year=*/**/*.parquet', { where: [{ column: 'month', is: 'notNull' }] });
    const candidate = [...spec.features.candidate, { column: 'month', transform: 'lookup' as const }];
    const features = { ...spec.features, candidate };
    const { reports, vocabulary } = await prepared(folder, { ...spec, features });
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 400, rowsKept: 300 });
    const months = await vocabulary('candidate', 'month');
    expect(months.every((month) => ['01', '02', 'a b'].includes(month))).toBe(true);
    const sql = `SELECT "user", item, "at", month FROM source WHERE year = 2024 AND month = '02'`;
    const selected = await prepared(folder, userItemSpec('year=*/**/*.parquet', { sql }));
    expect(selected.reports[0]?.counts).toMatchObject({ rowsKept: 100 });
  });

  it('is a part of the version: the same file in another folder is other data', async () => {
    const one = await read({ 'month=01/rows.csv': text() }, 'month=*/rows.csv');
    const other = await read({ 'month=02/rows.csv': text() }, 'month=*/rows.csv');
    expect(one.dataFingerprint).not.toBe(other.dataFingerprint);
  });

  it('that some files lack is an error where it is used, which names one of them', async () => {
    const contents = { 'a/month=01/rows.csv': text(), 'a/rows.csv': text() };
    expect(await usersOf(await read(contents, 'a/**/*.csv'))).toEqual(USERS);
    await expect(
      read(contents, 'a/**/*.csv', { where: [{ column: 'month', is: 'notNull' }] }),
    ).rejects.toThrow(
      /column "month" stands in the names of some folders, and .*\/a\/rows\.csv lies in none/,
    );
  });

  it('gives way to the column of that name in the files', async () => {
    const { vocabulary } = await read({ 'user=x/rows.csv': text() }, 'user=x/rows.csv');
    expect((await vocabulary('query', 'user')).toSorted()).toEqual(USERS);
  });
});

describe('of several files', () => {
  const headless = text().split('\n').slice(1).join('\n');

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'the second has no header',
      { 'a.csv': text(), 'b.csv': headless },
      /\/b\.csv lacks the columns "user", "item", "at", which .*\/a\.csv has/,
    ],
    [
      'the first has no header',
      { 'a.csv': headless, 'b.csv': text(), 'c.csv': text() },
      /\/a\.csv lacks the columns "user"/,
    ],
    [
      'the first of two has no header',
      { 'a.csv': headless, 'b.csv': text() },
      /\/a\.csv lacks the columns "user", "item", "at", which .*\/b\.csv has/,
    ],
    [
      'one has other delimiters',
      { 'a.csv': text(), 'b.csv': text(), 'c.csv': text(';') },
      /\/c\.csv has its columns parted by ";", and .*\/a\.csv by ","/,
    ],
    [
      'one lacks a column that is used',
      { 'a.csv': text(), 'b.csv': text().replace('item', 'product') },
      /\/b\.csv has no column "item", which .*\/a\.csv has/,
    ],
    [
      'the first lacks a column that is used',
      { 'a.csv': text().replace('item', 'product'), 'b.csv': text() },
      /\/a\.csv has no column "item", which .*\/b\.csv has/,
    ],
    [
      'one has a row with a field too many',
      { 'a.csv': text(), 'b.csv': text().replace('u1,i1,1', 'u1,i1,1,9') },
      /\/b\.csv cannot be read as csv: line 3: it has 4 fields instead of 3/,
    ],
  ])('%s: the error names it and what differs', async (_what, contents, says) => {
    await expect(read(contents, '*.csv')).rejects.toThrow(says);
  });

  it.each(['# made by a tool', 'sep=;'])(
    'a line that is no table comes first, %s: the error offers to skip it',
    async (line) => {
      const contents = { 'a.csv': `${line}\n${text()}` };
      await expect(read(contents, '*.csv')).rejects.toMatchObject({
        remedy: expect.stringContaining('set dataset.source.csv.skipLines') as string,
      });
    },
  );

  it('columns that some lack and nothing uses are left out with a warning, in any order of columns', async () => {
    const swapped = ['item,more,user', ...named.map(({ user, item }) => `${item},x,${user}`)].join('\n');
    const found = await read({ 'a.csv': text(), 'b.csv': swapped }, '*.csv', {
      split: { strategy: 'random', seed: 3 },
    });
    expect(await usersOf(found)).toEqual(USERS);
    expect(found.reports[0]?.counts).toMatchObject({ rowsKept: 200 });
    expect(found.warnings.join('\n')).toMatch(
      /\/a\.csv has no column "more".*\n.*\/b\.csv has no column "at"|\/b\.csv has no column "at".*\n.*\/a\.csv has no column "more"/,
    );
  });

  it('Parquet of different types is read without loss, with a warning that names both', async () => {
    const folder = await temporaryFolder();
    const select = (price: string) =>
      `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, ${price} AS price FROM range(100) t(i)`;
    await writeParquet(join(folder, 'a.parquet'), select('i::INTEGER'));
    await writeParquet(join(folder, 'b.parquet'), select('i + 0.5'));
    const { warnings, reports } = await prepared(
      folder,
      userItemSpec('*.parquet', { where: [{ column: 'price', is: 'notEqual', value: 7.5 }] }),
    );
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 200, rowsKept: 199 });
    expect(warnings.join()).toMatch(/"price" is INTEGER in .*a\.parquet and DECIMAL.* in .*b\.parquet/);
  });

  it('columns of JSON lines that only the last of many has are not lost', async () => {
    const contents = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `${String(i).padStart(2, '0')}.jsonl`,
        named.map((row) => JSON.stringify(i === 39 ? { ...row, late: 'x' } : row)).join('\n'),
      ]),
    );
    const { reports } = await read(contents, '*.jsonl', { where: [{ column: 'late', is: 'notNull' }] });
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 4000, rowsKept: 100 });
  });
});
