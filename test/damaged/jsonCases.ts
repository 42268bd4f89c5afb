import { gzipSync } from 'node:zlib';
import { flipped, jsonl, JSONS, lines, read, refused, SECRET, type DamagedCase } from './case.js';

const UNREADABLE = 'unreadable-source';
const file = (content: string | Buffer | (() => string | Buffer)) => ({ 'rows.jsonl': content });
const bad = (name: string, content: string | Buffer | (() => string | Buffer), says = /rows\.jsonl/) =>
  refused(name, file(content), UNREADABLE, says);
const at = { cast: 'float64' as const };

const syntax: DamagedCase[] = [
  bad('a line that was cut', jsonl(`{"user":"${SECRET}","item":`)),
  bad('a last line that was cut', lines(...JSONS) + `{"user":"${SECRET}`),
  read('a comma behind the last key', file(jsonl('{"user":"u","item":"i1",}')), 101, {
    first: [{ user: 'u' }],
  }),
  bad('single quotes', jsonl(`{'user':'${SECRET}','item':'i'}`)),
  bad('keys without quotes', jsonl(`{user:"${SECRET}",item:"i"}`)),
  bad('two objects on a line', jsonl(`{"user":"${SECRET}","item":"i"} {"user":"v","item":"i"}`)),
  bad('an object over two lines', jsonl('{"user":', `"${SECRET}","item":"i"}`)),
  bad('an array of objects, as a whole file', `[${JSONS.join(',\n')}]`),
  bad('an array on a line', jsonl(`["${SECRET}"]`)),
  bad('a text on a line', jsonl(`"${SECRET}"`)),
  bad('a number on a line', jsonl('42')),
  bad('no JSON at all', lines('user,item,at', ...(Array(100).fill(`${SECRET},i,1`) as string[]))),
  read(
    'NaN and infinities, which are no JSON',
    file(jsonl('{"user":"u","item":"i1","at":NaN}', '{"user":"u","item":"i1","at":-Infinity}')),
    102,
    { first: [{ at: null }, { at: -Infinity }] },
  ),

  bad('a comment', jsonl(`{"user":"${SECRET}","item":"i"} // note`)),
  bad('a key twice', jsonl(`{"user":"${SECRET}","user":"b","item":"i"}`), /duplicate key "user"$/),
  bad('a bad escape', jsonl(`{"user":"\\x41${SECRET}","item":"i"}`)),
  bad('half a surrogate pair, escaped', jsonl(`{"user":"\\ud800${SECRET}","item":"i"}`)),
  bad('a control character in a text', jsonl(`{"user":"a\u0001${SECRET}","item":"i"}`)),
  bad('a NUL byte in a text', jsonl(`{"user":"a\0${SECRET}","item":"i"}`)),
  bad('nothing but NUL bytes', '\0'.repeat(999)),
  bad('a thousand brackets', jsonl(`{"user":${'['.repeat(1000)}`)),
  read('empty lines', file(lines('', ...JSONS, '', '')), 100),
  read('CR LF', file(jsonl().replaceAll('\n', '\r\n')), 100),
  read('a byte order mark', file(`\ufeff${jsonl()}`), 100),
  read('null instead of an object, which is a row of nulls', file(jsonl('null')), 101, {
    first: [{ user: null }],
  }),
  read('empty objects, which are rows of nulls', file(jsonl('{}')), 101, { first: [{ user: null }] }),
  read('a NUL that is escaped', file(jsonl('{"user":"a\\u0000b","item":"i1","at":1}')), 101, {
    first: [{ user: 'a\0b' }],
  }),
  read(
    'nesting of a hundred levels',
    file(jsonl(`{"user":"u","item":"i","more":${'['.repeat(100)}1${']'.repeat(100)}}`)),
    101,
  ),
];

const types: DamagedCase[] = [
  read(
    'numbers and texts in a column',
    file(jsonl('{"user":7,"item":"i1","at":1}', '{"user":"x","item":"i1","at":1}')),
    102,
    { first: [{ user: '7' }, { user: 'x' }] },
  ),
  read('objects and texts in a column', file(jsonl('{"user":{"a":1},"item":"i1"}')), 101, {
    first: [{ user: '{"a":1}' }],
  }),
  read('lists and texts in a column', file(jsonl('{"user":[1,"b"],"item":"i1"}')), 101, {
    first: [{ user: '[1,"b"]' }],
  }),
  read(
    'true, "true" and 1 in a column',
    file(jsonl('{"user":true,"item":"i1"}', '{"user":"true","item":"i1"}', '{"user":1,"item":"i1"}')),
    103,
    { first: [{ user: 'true' }, { user: 'true' }, { user: '1' }] },
  ),
  read('whole and broken numbers in a column', file(jsonl('{"user":"u","item":"i1","at":1.5}')), 101, {
    first: [{ at: 1.5 }],
  }),
  read(
    'a number beyond 64 bits',
    file(jsonl('{"user":"u","item":"i1","at":123456789012345678901234567890}')),
    101,
    { dataset: { columns: { at } }, first: [{ at: 1.2345678901234568e29 }] },
  ),
  read(
    '2^53 + 1 as an id',
    file(lines(...JSONS.map((_, i) => `{"user":${9007199254740993n + BigInt(i % 7)},"item":"i${i % 5}"}`))),
    100,
    { first: [{ user: 9007199254740993n }] },
  ),
  read(
    'a type that changes after 30 thousand rows',
    file(() =>
      lines(
        ...Array.from({ length: 30_000 }, (_, i) => `{"user":${i % 7},"item":"i${i % 5}"}`),
        '{"user":"late","item":"i1"}',
      ),
    ),
    30_001,
    { first: [{ user: '0' }] },
  ),
  read('a key that only the last line has', file(`${jsonl()}{"user":"u","item":"i1","late":1}\n`), 101, {
    first: [{ late: null }],
  }),
  read(
    'dates that are texts here and there',
    file(jsonl('{"user":"u","item":"i1","at":"2024-01-01"}', '{"user":"u","item":"i1","at":"soon"}')),
    102,
    { first: [{ at: '2024-01-01' }] },
  ),
  read(
    'keys that differ in case, of which the first is meant',
    file(jsonl('{"user":"u","USER":"v","item":"i1"}')),
    101,
    { first: [{ user: 'u' }] },
  ),
  refused(
    'no key that is asked for',
    file(lines(...JSONS.map((line) => line.replace('"user"', '"usr"')))),
    'missing-column',
    /did you mean "usr"/,
  ),
  refused(
    'users that are all null',
    file(lines(...JSONS.map((line) => line.replace(/"u\d"/, 'null')))),
    'empty-id',
    /"user"/,
  ),
  refused(
    'a key with a NUL',
    file(jsonl('{"us\\u0000er":"u","user":"u","item":"i1"}')),
    'invalid-column-name',
    /NUL/,
  ),
  read('an empty key', file(jsonl('{"":"u","user":"u","item":"i1"}')), 101),
  read(
    'SQL in a key',
    file(jsonl(`{"x\\" FROM t; DROP TABLE t; --":"u","it's":1,"user":"u","item":"i1"}`)),
    101,
  ),
  read(
    'names that the trainer uses itself',
    file(jsonl('{"row":1,"c0":"a","keep0":"b","trainyard_source":"c","user":"u","item":"i"}')),
    101,
    { first: [{ row: 1n, c0: 'a', keep0: 'b', trainyard_source: 'c' }] },
  ),
];

const bytes: DamagedCase[] = [
  bad('Latin-1', Buffer.from(jsonl(`{"user":"José ${SECRET}","item":"i"}`), 'latin1'), /UTF-8/i),
  bad(
    'a byte that no UTF-8 has',
    Buffer.concat([Buffer.from('{"user":"'), Buffer.from([0xff]), Buffer.from(`${SECRET}","item":"i"}\n`)]),
  ),
  bad(
    'an overlong slash',
    Buffer.concat([
      Buffer.from('{"user":"'),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from(`${SECRET}","item":"i"}\n`),
    ]),
  ),
  bad('UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(jsonl(), 'utf16le')]), /UTF-16/),
  bad('UTF-16 without a mark', Buffer.from(jsonl(), 'utf16le')),
  bad('gzip under another name', gzipSync(jsonl()), /rows\.jsonl .*compressed.*\.gz/),
  bad('a line of 34 MB', () => jsonl(`{"user":"${'x'.repeat(34_000_000)}","item":"i"}`)),
  bad('one line of 17 MB without an end', () => 'x'.repeat(17_000_000)),
  read(
    'a value of 1 MB',
    file(() => jsonl(`{"user":"${'x'.repeat(1_000_000)}","item":"i1"}`)),
    101,
  ),
  ...[
    ['that was cut', gzipSync(jsonl()).subarray(0, 90)],
    ['with a wrong checksum', flipped(gzipSync(jsonl()), -6)],
    ['with a flipped bit', flipped(gzipSync(jsonl()), 50)],
    ['that is not compressed', jsonl()],
    ['with rubbish behind', Buffer.concat([gzipSync(jsonl()), Buffer.from(SECRET)])],
  ].map(([what, content]) =>
    refused(
      `a .gz ${what as string}`,
      { 'rows.jsonl.gz': content as Buffer },
      UNREADABLE,
      /rows\.jsonl\.gz.*gzip/,
    ),
  ),
  refused(
    'a bomb',
    { 'rows.jsonl.gz': () => gzipSync(Buffer.alloc(70_000_000, '\n')) },
    'inflated-too-far',
    /rows\.jsonl\.gz/,
  ),
  refused('a .gz of nothing', { 'rows.jsonl.gz': gzipSync('') }, UNREADABLE, /rows\.jsonl\.gz/),
  refused('empty lines alone', file('\n\n\n'), UNREADABLE, /rows\.jsonl/),
  refused('empty objects alone', file('{}\n{}\n'), UNREADABLE, /rows\.jsonl/),
];

export const jsonCases: DamagedCase[] = [...syntax, ...types, ...bytes].map((one) => ({
  ...one,
  name: `JSON lines: ${one.name}`,
}));
