import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { withDatabase } from '../../trainer-job/data/database.js';
import { csv, flipped, read, refused, SECRET, type DamagedCase } from './case.js';

const TYPICAL = `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, i AS at, '${SECRET}' AS note FROM range(2000) t(i)`;
const made = new Map<string, Promise<Buffer>>();

/** The rows of a query as a Parquet file, made once. */
function parquet(select: string, options = 'FORMAT parquet'): () => Promise<Buffer> {
  return () => {
    const key = `${select} ${options}`;
    const known = made.get(key) ?? write(select, options);
    made.set(key, known);
    return known;
  };
}

async function write(select: string, options: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-parquet-'));
  try {
    const file = join(folder, 'rows.parquet');
    await withDatabase(folder, (database) => database.run(`COPY (${select}) TO '${file}' (${options})`));
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const typical = parquet(TYPICAL);
const changed = (change: (bytes: Buffer) => Buffer) => ({
  'rows.parquet': async () => change(Buffer.from(await typical())),
});
const MARK = Buffer.from('PAR1');
/** The file's end: its metadata, their length and the mark. */
const footer = (bytes: Buffer) => bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
const withLength = (length: number) => (bytes: Buffer) => {
  bytes.writeUInt32LE(length >>> 0, bytes.length - 8);
  return bytes;
};
const bad = (name: string, change: (bytes: Buffer) => Buffer, code = 'unreadable-source') =>
  refused(name, changed(change), code, /rows\.parquet/);

const cuts: DamagedCase[] = [
  ...[1, 4, 7, 8, 11, 12, 100, 1000].map((size) =>
    bad(`the first ${size} bytes alone`, (bytes) => bytes.subarray(0, size), 'not-parquet'),
  ),
  ...[1, 4, 8, 12, 500].map((size) =>
    bad(`without its last ${size} bytes`, (bytes) => bytes.subarray(0, -size), 'not-parquet'),
  ),
  bad('without its first byte', (bytes) => bytes.subarray(1), 'not-parquet'),
  bad('without its last bytes, the mark put back', (bytes) => Buffer.concat([bytes.subarray(0, -50), MARK])),
  bad('without its middle', (bytes) => Buffer.concat([bytes.subarray(0, 100), bytes.subarray(-400)])),
  bad('without its data', (bytes) => Buffer.concat([MARK, bytes.subarray(footer(bytes))])),
  bad('without its metadata', (bytes) =>
    Buffer.concat([bytes.subarray(0, footer(bytes)), bytes.subarray(-8)]),
  ),
  bad('twelve bytes of marks', () => Buffer.concat([MARK, Buffer.alloc(4), MARK])),
  bad('marks around NUL bytes', () => Buffer.concat([MARK, Buffer.alloc(4096), MARK])),
  bad('a CSV under its name', () => Buffer.from(csv()), 'not-parquet'),
];

const lengths: DamagedCase[] = [
  bad('metadata of no length', withLength(0)),
  bad('metadata longer than the file', withLength(1 << 30)),
  bad('metadata of four gigabytes', withLength(-1)),
  bad('metadata a byte too long', (bytes) => withLength(bytes.readUInt32LE(bytes.length - 8) + 1)(bytes)),
  bad('metadata half as long', (bytes) => withLength(bytes.readUInt32LE(bytes.length - 8) >> 1)(bytes)),
];

/** Bytes of the metadata that decide what is read: each of them set to all ones is noticed. */
const flips: DamagedCase[] = [0, 1, 2, 3, 5, 40].map((at) =>
  bad(`metadata with byte ${at} wrong`, (bytes) => flipped(bytes, footer(bytes) + at, 0xff)),
);
const pages: DamagedCase[] = [4, 5, 6, 8, 10].map((at) =>
  bad(`a first page with byte ${at - 4} of its header wrong`, (bytes) => flipped(bytes, at, 0xff)),
);

const user = (expression: string, rest = '') => ({
  'rows.parquet': parquet(
    `SELECT ${expression} AS "user", 'i' || (i % 5) AS item, i AS at ${rest} FROM range(100) t(i)`,
  ),
});

const odd: DamagedCase[] = [
  refused('no rows', { 'rows.parquet': parquet(`${TYPICAL} LIMIT 0`) }, 'no-rows', /no rows/),
  refused('columns that are all null', user('NULL::VARCHAR'), 'empty-id', /"user"/),
  refused('not-a-number alone', user(`'nan'::DOUBLE`), 'empty-id', /"user"/),
  read('infinite numbers', user(`CASE WHEN i = 0 THEN 'inf'::DOUBLE ELSE i % 7 END`), 100),
  read('numbers of 128 bits', user('(i % 7)::HUGEINT'), 100, { first: [{ user: 0 }] }),
  read('unsigned numbers of 64 bits', user('18446744073709551615::UBIGINT - (i % 7)::UBIGINT'), 100, {
    first: [{ user: 18446744073709551615n }],
  }),
  read('decimals', user('(i % 7)::DECIMAL(38, 10)'), 100),
  read('bytes that are no text', user(`('\\xFF\\x0' || (i % 7))::BLOB`), 100),
  read('lists, as text', user('[i % 7, 1]'), 100, { first: [{ user: '[0, 1]' }] }),
  read('structures, as text', user(`{'a': i % 7}`), 100),
  read('maps, as text', user(`MAP {'a': i % 7}`), 100),
  read('enumerations', user(`('a' || (i % 2))::ENUM('a0', 'a1')`), 100, { first: [{ user: 'a0' }] }),
  read('UUIDs', user(`('550e8400-e29b-41d4-a716-44665544000' || (i % 7))::UUID`), 100, {
    first: [{ user: '550e8400-e29b-41d4-a716-446655440000' }],
  }),
  read('intervals', user('INTERVAL (i % 7) DAY'), 100),
  read('times of day', user(`TIME '12:00:00' + INTERVAL (i % 7) MINUTE`), 100),
  read(
    'infinite dates',
    user(
      `CASE WHEN i = 0 THEN 'infinity'::TIMESTAMP ELSE TIMESTAMP '2024-01-01' + to_days((i % 7)::INTEGER) END`,
    ),
    100,
  ),
  read(
    'dates before our era',
    user(`CASE WHEN i = 0 THEN '0044-03-15 (BC)'::DATE ELSE DATE '2024-01-01' END`),
    100,
  ),
  read('columns that differ in case, of which the first is meant', { 'rows.parquet': spliced }, 100, {
    first: [{ user: 'u0' }],
  }),
  refused(
    'no column that is asked for',
    { 'rows.parquet': parquet(`SELECT i AS usr, i AS item FROM range(9) t(i)`) },
    'missing-column',
    /did you mean "usr"/,
  ),
  refused(
    'files of other columns',
    { 'a.parquet': typical, 'b.parquet': parquet('SELECT 1 AS other') },
    'unreadable-source',
    /b\.parquet lacks the columns "user", "item".*a\.parquet/,
    { uri: '*.parquet' },
  ),
  refused(
    'files of types that do not go together',
    {
      'a.parquet': typical,
      'b.parquet': parquet(`SELECT 'u' AS "user", 'i' AS item, '${SECRET}' AS at, 'n' AS note`),
    },
    'unreadable-source',
    /b\.parquet/,
    { uri: '*.parquet' },
  ),
  refused(
    'one good file and one that was cut',
    { 'a.parquet': typical, 'b.parquet': async () => (await typical()).subarray(0, 500) },
    'not-parquet',
    /b\.parquet/,
    { uri: '*.parquet' },
  ),
  refused(
    'one good file and one that is empty',
    { 'a.parquet': typical, 'b.parquet': '' },
    'empty-file',
    /b\.parquet/,
    { uri: '*.parquet' },
  ),
  read('NUL bytes in texts', user(`'u' || chr(0) || (i % 7)`), 100),
  read(
    'pages that are not compressed',
    { 'rows.parquet': parquet(TYPICAL, 'FORMAT parquet, COMPRESSION uncompressed') },
    2000,
  ),
  read(
    'pages in zstd and small row groups',
    { 'rows.parquet': parquet(TYPICAL, 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048') },
    2000,
  ),
  bad(
    'an encrypted file',
    (bytes) => Buffer.concat([Buffer.from('PARE'), bytes.subarray(4, -4), Buffer.from('PARE')]),
    'not-parquet',
  ),
];

/** Two names of one length, one of which becomes the other but for its case. */
async function spliced(): Promise<Buffer> {
  const bytes = Buffer.from(
    await parquet(
      `SELECT 'u' || (i % 7) AS "user", i || '' AS "XXXX", 'i' || (i % 5) AS item, i AS at FROM range(100) t(i)`,
    )(),
  );
  for (let at = bytes.indexOf('XXXX'); at >= 0; at = bytes.indexOf('XXXX', at)) bytes.write('USER', at);
  return bytes;
}

export const parquetCases: DamagedCase[] = [...cuts, ...lengths, ...flips, ...pages, ...odd].map((one) => ({
  ...one,
  name: `Parquet: ${one.name}`,
}));
