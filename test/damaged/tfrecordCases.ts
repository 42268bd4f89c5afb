import { gzipSync } from 'node:zlib';
import { maskedCrc32c } from '../../trainer-job/data/source/tfrecord/crc32c.js';
import {
  BYTES,
  example,
  FLOAT,
  INT64,
  message,
  record,
  text,
  textFeature,
  type Feature,
} from '../support/data/examples.js';
import { purchases } from '../support/data/purchases.js';
import { flipped, read, refused, SECRET, type DamagedCase } from './case.js';

const UNREADABLE = 'unreadable-source';
const user = (value = SECRET): Feature => textFeature('user', value);
const item = textFeature('item', 'i1');
const packed = (...bytes: number[]) => message(1, Buffer.from(bytes));
const all = purchases.map(({ user: name, item: thing, at }) =>
  record(example(user(name), textFeature('item', thing), ['at', INT64, packed(at)])),
);
/** These records before the 100 purchases. */
const records = (...first: Buffer[]) => ({ 'rows.tfrecord': Buffer.concat([...first, ...all]) });
const good = record(example(user(), item));
/** Lengths and places in `good`: 8 bytes of length, 4 of its sum, the data, 4 of their sum. */
const DATA = 12;

const bad = (name: string, first: Buffer, says: RegExp) =>
  refused(name, records(first), UNREADABLE, new RegExp(`rows\\.tfrecord.*${says.source}`));
const cut = (name: string, size: number) =>
  refused(
    name,
    { 'rows.tfrecord': Buffer.concat(all).subarray(0, size) },
    UNREADABLE,
    /rows\.tfrecord.*the file ends/,
  );

/** A header that is right in itself. */
function header(length: bigint): Buffer {
  const bytes = Buffer.alloc(DATA);
  bytes.writeBigUInt64LE(length);
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8);
  return bytes;
}

const framing: DamagedCase[] = [
  ...[0, 3, 7].map((at) =>
    bad(`byte ${at} of a length wrong`, flipped(good, at), /record 1: the CRC of its length/),
  ),
  ...[8, 11].map((at) =>
    bad(`byte ${at - 8} of a length's sum wrong`, flipped(good, at), /record 1: the CRC of its length/),
  ),
  ...[0, 1, 10, 30].map((at) =>
    bad(`byte ${at} of the data wrong`, flipped(good, DATA + at), /record 1: the CRC of its data/),
  ),
  ...[-1, -4].map((at) =>
    bad(`byte ${4 + at} of the data's sum wrong`, flipped(good, at), /record 1: the CRC of its data/),
  ),
  refused(
    'the last of all its bytes wrong',
    { 'rows.tfrecord': flipped(Buffer.concat(all), -1) },
    UNREADABLE,
    /record 100: the CRC of its data/,
  ),
  ...[1, 8, 11, DATA, DATA + 1, (all[0]?.length ?? 0) - 1, (all[0]?.length ?? 0) + 1].map((size) =>
    cut(`the first ${size} bytes alone`, size),
  ),
  ...[1, 4, 5].map((size) => cut(`without its last ${size} bytes`, -size)),
  bad('a length of 2^40', header(2n ** 40n), /1099511627776 bytes/),
  bad('a length of 2^64 - 1', header(2n ** 64n - 1n), /18446744073709551615 bytes/),
  bad('a length of 300 MB', header(300_000_000n), /300000000 bytes/),
  bad('a length of 200 MB, which is not there', header(200_000_000n), /the file ends in the middle/),
  refused(
    'without its first byte',
    { 'rows.tfrecord': Buffer.concat(all).subarray(1) },
    UNREADABLE,
    /record 1: the CRC of its length/,
  ),
  refused('NUL bytes alone', { 'rows.tfrecord': Buffer.alloc(999) }, UNREADABLE, /record 1/),
  refused(
    'a CSV under its name',
    { 'rows.tfrecord': `user,item\n${SECRET},i1\n` },
    UNREADABLE,
    /record 1: the CRC of its length/,
  ),
  bad('an unmasked sum', unmasked(), /record 1: the CRC of its length/),
];

function unmasked(): Buffer {
  const bytes = Buffer.from(good);
  const rotated = (bytes.readUInt32LE(8) - 0xa282ead8) >>> 0;
  bytes.writeUInt32LE(((rotated >>> 17) | (rotated << 15)) >>> 0, 8);
  return bytes;
}

const list = (name: string, kind: number, ...bytes: number[]) =>
  example(user('u'), [name, kind, Buffer.from(bytes)]);
const noExample = (name: string, data: Buffer, says = /no tf\.train\.Example/) =>
  bad(name, record(data), says);

const messages: DamagedCase[] = [
  noExample('a text instead of a message', Buffer.from(`${SECRET} and more`)),
  noExample(
    'a message with another field',
    Buffer.concat([example(user('u')), message(2, Buffer.alloc(0))]),
    /field 2/,
  ),
  noExample(
    'a message that was cut',
    example(user('u'), item).subarray(0, -3),
    /longer than what it stands in/,
  ),
  noExample('a length beyond the message', Buffer.from([0x0a, 0x7f, 0x01]), /longer than what it stands in/),
  noExample(
    'a length of 2^63',
    Buffer.from([0x0a, ...(Array(9).fill(0xff) as number[]), 0x01]),
    /longer than what it stands in/,
  ),
  noExample('a number without end', Buffer.from([0x0a, ...(Array(11).fill(0xff) as number[])]), /ten bytes/),
  noExample('a number that was cut', Buffer.from([0x0a, 0xff]), /ends inside a number/),
  noExample('a wire type that there is none of', Buffer.from([0x0f, 1]), /wire type 7/),
  noExample('a group', Buffer.from([0x0b, 0x0c]), /wire type 3/),
  noExample('field 0', Buffer.from([0x02, 0x00]), /field 0/),
  noExample('bytes where a whole number should be', list('at', INT64, 0x0d, 0, 0, 0, 0), /wire type 5/),
  noExample('a whole number where a text should be', list('at', BYTES, 0x08, 1), /wire type 0/),
  noExample('three bytes of a float', list('at', FLOAT, 0x0a, 3, 0, 0, 0), /longer than what it stands in/),
  noExample('a list with another field', list('at', INT64, 0x10, 1), /field 2/),
  noExample('a kind of list that there is none of', list('at', 4, 0x0a, 0), /field 4/),
];

const values: DamagedCase[] = [
  refused(
    'several values of a feature',
    records(record(example(['user', BYTES, Buffer.concat([text(SECRET), text('b')])], item))),
    'several-values',
    /"user" has 2 values in record 1 of .*rows\.tfrecord/,
  ),
  read(
    'a list of whole numbers that nothing uses',
    records(record(example(user('u'), ['at', INT64, packed(1, 2, 3)]))),
    101,
    { first: [{ at: '[1, 2, 3]' }] },
  ),
  refused(
    'a list of whole numbers that is used',
    records(record(example(user('u'), ['at', INT64, packed(1, 2, 3)]))),
    'several-values',
    /"at" has 3 values/,
    { dataset: { split: { strategy: 'time', column: 'at' } } },
  ),
  refused(
    'two types of a feature that is used',
    records(record(example(user('u'), textFeature('at', SECRET)))),
    'mixed-types',
    /"at" has values of bytes, but of int64 in record 2/,
    { dataset: { where: [{ column: 'at', is: 'notNull' }] } },
  ),
  refused(
    'floats and whole numbers in a feature that is used',
    records(record(example(user('u'), ['at', FLOAT, packed(0, 0, 0, 0)]))),
    'mixed-types',
    /"at"/,
    { dataset: { columns: { at: { cast: 'string' } } } },
  ),
  read(
    'floats and whole numbers in a feature that nothing uses',
    records(
      record(example(user('u'), item, ['price', FLOAT, packed(0, 0, 0, 0)])),
      record(example(user('u'), item, ['price', INT64, packed(1)])),
    ),
    102,
  ),
  refused(
    'bytes that are no text',
    records(record(example(['user', BYTES, packed(0xff, 0xfe)]))),
    'not-text',
    /record 1/,
  ),
  refused(
    'half a character',
    records(record(example(['user', BYTES, packed(0xc3)]))),
    'not-text',
    /record 1/,
  ),
  refused(
    'a name that is no text',
    records(record(message(1, message(1, packed(0xff), message(2, message(BYTES, text('u'))))))),
    UNREADABLE,
    /record 1/,
  ),
  refused(
    'no feature in any record',
    { 'rows.tfrecord': Buffer.concat(Array(5).fill(record(Buffer.alloc(0))) as Buffer[]) },
    'no-features',
    /no record/,
  ),
  refused(
    'names that differ in case',
    records(record(example(user('u'), textFeature('User', 'v')))),
    'duplicate-column',
    /"user" and "User"|"User" and "user"/,
  ),
  refused(
    'a NUL in a name',
    records(record(example(user('u'), textFeature('a\0b', 'v')))),
    'invalid-column-name',
    /NUL/,
  ),
  refused(
    '20 thousand features',
    {
      'rows.tfrecord': () =>
        Buffer.concat(
          Array.from({ length: 20 }, (_, r) =>
            record(example(...Array.from({ length: 1000 }, (_unused, i) => textFeature(`f${r}-${i}`, 'x')))),
          ),
        ),
    },
    'too-many-features',
    /10000/,
  ),
  read(
    'a feature twice in a record, of which the last counts',
    records(record(example(user('first'), user('last'), item))),
    101,
    { first: [{ user: 'last' }] },
  ),
  read(
    'a feature without values, which is null',
    records(record(example(['user', BYTES, Buffer.alloc(0)], item))),
    101,
    { first: [{ user: null }] },
  ),
  read('an empty text', records(record(example(user(''), item))), 101, { first: [{ user: '' }] }),
  read('a record without features, which is a row of nulls', records(record(Buffer.alloc(0))), 101, {
    first: [{ user: null }],
  }),
  read(
    'a negative number',
    records(record(example(user('u'), ['at', INT64, packed(...(Array(9).fill(0xff) as number[]), 1)]))),
    101,
    { first: [{ at: -1n }] },
  ),
  read(
    'the least of all numbers',
    records(record(example(user('u'), ['at', INT64, packed(...(Array(9).fill(0x80) as number[]), 1)]))),
    101,
    { first: [{ at: -(2n ** 63n) }] },
  ),
  read(
    'a float that is no number, which is null',
    records(record(example(user('u'), ['price', FLOAT, packed(0, 0, 0xc0, 0x7f)]))),
    101,
    { first: [{ price: null }] },
  ),
  read(
    'SQL in a name',
    records(record(example(user('u'), textFeature(`x" FROM t; DROP TABLE t; --`, 'v')))),
    101,
  ),
  read(
    'a text of 3 MB',
    { 'rows.tfrecord': () => Buffer.concat([record(example(user('x'.repeat(3_000_000)), item)), ...all]) },
    101,
  ),
];

const whole = Buffer.concat(all);
const gz = (content: Buffer | (() => Buffer)) => ({ 'rows.tfrecord.gz': content });
const compressed: DamagedCase[] = [
  refused('a .gz that was cut', gz(gzipSync(whole).subarray(0, 300)), UNREADABLE, /rows\.tfrecord\.gz.*gzip/),
  refused(
    'a .gz without its last byte',
    gz(gzipSync(whole).subarray(0, -1)),
    UNREADABLE,
    /rows\.tfrecord\.gz.*gzip/,
  ),
  refused(
    'a .gz with a wrong checksum',
    gz(flipped(gzipSync(whole), -6)),
    UNREADABLE,
    /rows\.tfrecord\.gz.*gzip/,
  ),
  refused(
    'a .gz of records that were cut',
    gz(gzipSync(whole.subarray(0, -5))),
    UNREADABLE,
    /record 100: the file ends/,
  ),
  refused(
    'a .gz of a record with a wrong sum',
    gz(gzipSync(flipped(whole, 20))),
    UNREADABLE,
    /record 1: the CRC of its data/,
  ),
  refused('a .gz that is not compressed', gz(whole), UNREADABLE, /rows\.tfrecord\.gz.*gzip/),
  refused('gzip under another name', { 'rows.tfrecord': gzipSync(whole) }, UNREADABLE, /compressed.*\.gz/),
  refused(
    'a bomb',
    gz(() => gzipSync(record(example(user('x'.repeat(70_000_000)))))),
    'inflated-too-far',
    /rows\.tfrecord\.gz/,
  ),
  refused(
    'a bomb of a length that is not there',
    gz(() => gzipSync(Buffer.concat([header(200_000_000n), Buffer.alloc(70_000_000)]))),
    'inflated-too-far',
    /rows\.tfrecord\.gz/,
  ),
  refused('a .gz of nothing', gz(gzipSync('')), 'no-features', /no record/),
];

export const tfrecordCases: DamagedCase[] = [...framing, ...messages, ...values, ...compressed].map(
  (one) => ({
    ...one,
    name: `TFRecord: ${one.name}`,
  }),
);
