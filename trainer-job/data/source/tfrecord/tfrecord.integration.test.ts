import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { datasetSchema, type TrainingSpecInput } from '@trainyard/shared';
import {
  BYTES,
  example,
  FLOAT,
  INT64,
  message,
  record,
  text,
  textFeature,
} from '../../../../test/support/data/examples.js';
import { sql } from '../../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../../test/support/temporaryFolder.js';
import { literal } from '../../database.js';
import { ingest, ROWS_FILE, type IngestOutcome } from '../../ingest/ingest.js';
import { findSource } from '../source.js';
import { crc32c, maskedCrc32c } from './crc32c.js';

type DatasetInput = TrainingSpecInput['dataset'];

const golden = join(import.meta.dirname, 'golden');

async function rowsOf(
  uri: string,
): Promise<{ types: Record<string, string>; rows: Record<string, unknown>[] }> {
  const dataset = datasetSchema.parse({ source: { uri } });
  const folder = await temporaryFolder();
  const { columns } = await ingest(dataset, { source: await findSource(dataset, '/'), tables: {} }, folder);
  const selected = columns.map(({ name, internal }) => `${internal} AS "${name}"`);
  return {
    types: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    rows: await sql(
      `SELECT ${selected.join(', ')} FROM read_parquet(${literal(join(folder, ROWS_FILE))}) ORDER BY row`,
    ),
  };
}

async function ingestedWith(file: string, shaping: Partial<DatasetInput>): Promise<IngestOutcome> {
  const dataset = datasetSchema.parse({ source: { uri: file }, ...shaping });
  return ingest(dataset, { source: await findSource(dataset, '/'), tables: {} }, await temporaryFolder());
}

/** The rows of SQL over a file. */
async function rowsOfSql(file: string, select: string): Promise<unknown[][]> {
  const dataset = datasetSchema.parse({ source: { uri: file }, sql: select });
  const folder = await temporaryFolder();
  const { columns } = await ingest(dataset, { source: await findSource(dataset, '/'), tables: {} }, folder);
  const rows = await sql(`SELECT * FROM read_parquet(${literal(join(folder, ROWS_FILE))}) ORDER BY row`);
  return rows.map((row) => columns.map(({ internal }) => row[internal]));
}

const user = (value = 'u') => textFeature('user', value);

describe('CRC-32C', () => {
  it.each<[string, Buffer, number]>([
    ['nothing', Buffer.alloc(0), 0],
    ['the digits, as every list of checksums has them', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros, as in RFC 3720', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones, as in RFC 3720', Buffer.alloc(32, 255), 0x62a8ab43],
  ])('of %s', (_what, bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
  });
});

describe('a record file', () => {
  it.each(['examples.tfrecord', 'examples.tfrecord.gz'])(
    'that TensorFlow wrote is read as it was: %s',
    async (name) => {
      const parsed = z
        .array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))
        .parse(JSON.parse(await readFile(join(golden, 'examples.json'), 'utf8')));
      const { types, rows } = await rowsOf(join(golden, name));
      expect(types).toEqual({
        at: 'BIGINT',
        price: 'DOUBLE',
        title: 'VARCHAR',
        user: 'VARCHAR',
        late: 'BIGINT',
      });
      const written = (value: unknown) => (typeof value === 'bigint' ? String(value) : value);
      const plain = rows.map((row) => ({ ...row, at: written(row['at']), late: written(row['late']) }));
      expect(plain).toEqual(parsed.map((row) => ({ late: null, ...row })));
    },
  );

  it('is found by its ending, and by that of its shards', async () => {
    const folder = await temporaryFolder();
    for (const shard of ['00000', '00001']) {
      await copyFile(join(golden, 'examples.tfrecord'), join(folder, `rows.tfrecords-${shard}-of-00002`));
    }
    expect((await rowsOf(join(folder, 'rows.tfrecords-*'))).rows).toHaveLength(100);
  });

  it('may be larger than what is read of it at once', async () => {
    const folder = await temporaryFolder();
    const records = Array.from({ length: 5000 }, (_, i) =>
      record(example(user(`${i} ${'x'.repeat(i % 700)}`))),
    );
    records[7] = record(example(user('y'.repeat(3_000_000))));
    await writeFile(join(folder, 'a.tfrecord'), Buffer.concat(records));
    const { rows } = await rowsOf(join(folder, 'a.tfrecord'));
    expect(rows.map((row) => String(row['user']).length)).toEqual(
      records.map((_, i) => (i === 7 ? 3_000_000 : String(i).length + 1 + (i % 700))),
    );
  });

  it('counts the records before the first feature', async () => {
    const file = join(await temporaryFolder(), 'a.tfrecord');
    const blank = Array.from({ length: 5000 }, () => record(Buffer.alloc(0)));
    await writeFile(file, Buffer.concat([...blank, record(example(user()))]));
    const { rows } = await rowsOf(file);
    expect(rows).toHaveLength(5001);
    expect([rows[0], rows[4999], rows[5000]]).toEqual([{ user: null }, { user: null }, { user: 'u' }]);
  });

  it('may hold numbers packed or one by one, and features without values', async () => {
    const folder = await temporaryFolder();
    const records = [
      example(
        user(),
        ['at', INT64, Buffer.from([0x08, 0x05])],
        ['price', FLOAT, Buffer.from([0x0d, 0, 0, 0xc0, 0x3f])],
      ),
      example(['at', INT64, message(1, Buffer.from([0xac, 0x02]))], ['user', BYTES, Buffer.alloc(0)]),
      Buffer.alloc(0),
    ];
    await writeFile(join(folder, 'a.tfrecord'), Buffer.concat(records.map(record)));
    expect((await rowsOf(join(folder, 'a.tfrecord'))).rows).toEqual([
      { user: 'u', at: 5n, price: 1.5 },
      { user: null, at: 300n, price: null },
      { user: null, at: null, price: null },
    ]);
  });
});

describe('a feature of several values', () => {
  const genres = (...values: string[]) => ['genres', BYTES, Buffer.concat(values.map(text))] as const;
  const packed = (...bytes: number[]) => message(1, Buffer.from(bytes));
  const write = async (...examples: Buffer[]) => {
    const file = join(await temporaryFolder(), 'a.tfrecord');
    await writeFile(file, Buffer.concat(examples.map(record)));
    return file;
  };

  it('is a list in SQL, one that comes alone too, before and behind many examples without it', async () => {
    const many = Array.from({ length: 3000 }, () => example(user('m')));
    const file = await write(
      example(user('a'), [...genres('Drama')]),
      ...many,
      example(user('b'), [...genres('Action', 'Science Fiction')], ['n', INT64, packed(1, 2, 3)]),
      ...many,
      example(user('c'), [...genres('Comedy')], ['n', INT64, packed(9)]),
      example(user('d'), ['genres', BYTES, Buffer.alloc(0)]),
    );
    expect(
      await rowsOfSql(
        file,
        `SELECT "user", genres[1] AS first, len(genres) AS many, list_sum(n)::BIGINT AS total FROM source WHERE "user" <> 'm'`,
      ),
    ).toEqual([
      ['a', 'Drama', 1n, null],
      ['b', 'Action', 2n, 6n],
      ['c', 'Comedy', 1n, 9n],
      ['d', null, null, null],
    ]);
  });

  it('that is twice in an example is what stands last, whether one value or several', async () => {
    const file = await write(
      example(user('a'), [...genres('x', 'y')], [...genres('z')]),
      example(user('b'), [...genres('z')], [...genres('x', 'y')]),
    );
    expect(await rowsOfSql(file, 'SELECT "user", genres::VARCHAR AS g FROM source')).toEqual([
      ['a', '[z]'],
      ['b', '[x, y]'],
    ]);
  });

  it('does not keep from reading the others, and neither do bytes that are no text nor mixed types', async () => {
    const image: [string, number, Buffer] = ['image', BYTES, message(1, Buffer.from([0xff, 0xd8]))];
    const file = await write(
      example(user('a'), image, [...genres('x', 'y')], ['mixed', INT64, packed(1)]),
      example(user('b'), image, ['mixed', BYTES, text('t')]),
    );
    const { rows } = await rowsOf(file);
    expect(rows).toEqual([
      { user: 'a', genres: '[x, y]' },
      { user: 'b', genres: null },
    ]);
    const used = (column: string) => ingestedWith(file, { where: [{ column, is: 'notNull' }] });
    await expect(used('image')).rejects.toMatchObject({
      code: 'not-text',
      message: expect.stringMatching(/"image".*record 1/) as string,
    });
    await expect(used('mixed')).rejects.toMatchObject({ code: 'mixed-types' });
    await expect(used('genres')).rejects.toMatchObject({
      code: 'several-values',
      message: expect.stringMatching(/"genres" has 2 values in record 1 of .*a\.tfrecord/) as string,
      remedy: expect.stringContaining('dataset.sql') as string,
    });
    await expect(rowsOfSql(file, 'SELECT "user", image FROM source')).rejects.toMatchObject({
      code: 'not-text',
    });
  });
});

describe('a damaged record file', () => {
  const good = record(example(user('private')));
  const flipped = (at: number) => {
    const bytes = Buffer.concat([good, good]);
    bytes[at] = bytes[at]! ^ 1;
    return bytes;
  };
  const long = () => {
    const header = record(Buffer.alloc(0)).subarray(0, 12);
    header.writeBigUInt64LE(2n ** 40n);
    header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
    return header;
  };

  it.each<[string, Buffer, string, RegExp]>([
    [
      'a wrong CRC of data',
      flipped(good.length + 15),
      'unreadable-source',
      /record 2: the CRC of its data is wrong/,
    ],
    ['a wrong length', flipped(0), 'unreadable-source', /record 1: the CRC of its length is wrong/],
    [
      'an end inside a record',
      good.subarray(0, -1),
      'unreadable-source',
      /record 1: the file ends in the middle/,
    ],
    [
      'an end inside a header',
      Buffer.concat([good, good.subarray(0, 5)]),
      'unreadable-source',
      /record 2: the file ends/,
    ],
    ['a length beyond all memory', long(), 'unreadable-source', /1099511627776 bytes; at most 268435456/],
    ['gzip under another name', gzipSync(good), 'unreadable-source', /does not end in \.gz/],
    [
      'records of something else',
      record(Buffer.from('private text')),
      'unreadable-source',
      /no tf\.train\.Example/,
    ],
    [
      'a SequenceExample',
      record(Buffer.concat([example(user()), message(2, Buffer.alloc(0))])),
      'unreadable-source',
      /field 2/,
    ],
    [
      'a number that does not end',
      record(example(['at', INT64, message(1, Buffer.alloc(11, 255))])),
      'unreadable-source',
      /ten bytes/,
    ],
    [
      'two types of one feature',
      Buffer.concat([good, record(example(['user', INT64, Buffer.from([0x08, 0x05])]))]),
      'mixed-types',
      /"user" has values of bytes, but of int64 in record 2/,
    ],
    [
      'text that is none',
      record(example(['user', BYTES, message(1, Buffer.from([0xff, 0xfe]))])),
      'not-text',
      /not UTF-8 in record 1/,
    ],
    ['no feature at all', record(Buffer.alloc(0)), 'no-features', /no record/],
    [
      'features that differ in case',
      record(example(user(), ['User', BYTES, text('u')])),
      'duplicate-column',
      /"user" and "User"/,
    ],
    [
      'a feature with a NUL in its name',
      record(example(['a\0b', BYTES, text('u')])),
      'invalid-column-name',
      /NUL/,
    ],
  ])('with %s is refused', async (_what, bytes, code, says) => {
    const file = join(await temporaryFolder(), 'a.tfrecord');
    await writeFile(file, bytes);
    const error = await rowsOf(file).then(
      () => expect.fail('it was read'),
      (reason: unknown) => reason as Error & { code: string },
    );
    expect(error).toMatchObject({ name: 'TrainerError', code });
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain('private');
  });

  it.each<[string, Buffer, string]>([
    ['that was cut', gzipSync(Buffer.concat([good, good])).subarray(0, -9), 'unreadable-source'],
    [
      'whose checksum is wrong',
      Buffer.concat([gzipSync(good).subarray(0, -8), Buffer.alloc(8)]),
      'unreadable-source',
    ],
    [
      'that inflates without end',
      gzipSync(record(example(user('x'.repeat(70_000_000))))),
      'inflated-too-far',
    ],
  ])('compressed, %s, is refused', async (_what, bytes, code) => {
    const file = join(await temporaryFolder(), 'a.tfrecord.gz');
    await writeFile(file, bytes);
    await expect(rowsOf(file)).rejects.toMatchObject({ name: 'TrainerError', code });
  });
});
