import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { datasetSchema } from '@trainyard/shared';
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
import { ingest, ROWS_FILE } from '../../ingest/ingest.js';
import { findSource } from '../source.js';
import { crc32c, maskedCrc32c } from './crc32c.js';

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
      'several values',
      record(example(['user', BYTES, Buffer.concat([text('private'), text('b')])])),
      'several-values',
      /"user" has 2 values/,
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
