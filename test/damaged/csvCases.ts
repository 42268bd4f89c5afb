import { gzipSync } from 'node:zlib';
import { csv, flipped, HEADER, lines, read, refused, ROWS, SECRET, type DamagedCase } from './case.js';

const ENDS = String.raw`unclosed|quote|cannot be read as csv`;
const UNREADABLE = 'unreadable-source';
const file = (content: string | Buffer | (() => string | Buffer)) => ({ 'rows.csv': content });
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const utf16be = (text: string) => Buffer.from(utf16(text)).swap16();
/** The purchases with so many columns before theirs. */
const wide = (columns: number) => [
  [...Array.from({ length: columns }, (_, i) => `column ${i}`), HEADER].join(','),
  ...ROWS.map((row) => `${',x'.repeat(columns).slice(1)},${row}`),
];

const quotes: DamagedCase[] = [
  refused(
    'an open quote in the last row',
    file(lines(HEADER, ...ROWS, `"${SECRET},i1,3`)),
    UNREADABLE,
    new RegExp(ENDS),
  ),
  refused('an open quote in the first row', file(csv(`"${SECRET},i1,3`)), UNREADABLE, new RegExp(ENDS)),
  refused('an open quote in the header', file(lines('user,item,"at', ...ROWS)), UNREADABLE, /rows.csv/),
  refused('text behind a closed quote', file(csv(`"u"${SECRET},i1,3`)), UNREADABLE, /rows.csv/),
  read('a quote in the middle of an unquoted field', file(csv('u"1,i1,3')), 101, {
    first: [{ user: 'u"1' }],
  }),
  read('a doubled quote', file(csv('"u""1",i1,3')), 101, { first: [{ user: 'u"1' }] }),
  read('a line end inside quotes', file(csv('"u\n1",i1,3')), 101, { first: [{ user: 'u\n1' }] }),
  read('a delimiter inside quotes', file(csv('"u,1",i1,3')), 101, { first: [{ user: 'u,1' }] }),
  read('a quoted nothing, which is null too', file(csv('"",i1,3')), 101, { first: [{ user: null }] }),
  read('nothing, which is null', file(csv(',i1,3')), 101, { first: [{ user: null }] }),
  read('single quotes, which are letters', file(csv("'u',i1,3")), 101, { first: [{ user: "'u'" }] }),
  refused('backslashes before quotes', file(csv(`"u\\"${SECRET}",i1,3`)), UNREADABLE, /rows.csv/),
  read('backslashes before quotes, as is said', file(csv('"u\\"1",i1,3')), 101, {
    first: [{ user: 'u"1' }],
    dataset: { source: { uri: 'rows.csv', csv: { escape: '\\' } } },
  }),
];

const shapes: DamagedCase[] = [
  refused('a row with a field too many', file(csv(`${SECRET},i1,3,4`)), UNREADABLE, /rows.csv/),
  refused('a row with a field too few', file(csv(`${SECRET},i1`)), UNREADABLE, /rows.csv/),
  refused(
    'a row with a field too many after 99',
    file(lines(HEADER, ...ROWS, `${SECRET},i1,3,4`)),
    UNREADABLE,
    /rows.csv/,
  ),
  refused('a last row that was cut', file(`${lines(HEADER, ...ROWS)}${SECRET}`), UNREADABLE, /rows.csv/),
  refused(
    'rows of other delimiters than the header',
    file(lines(HEADER, ...ROWS.map((row) => row.replaceAll(',', ';')))),
    UNREADABLE,
    /rows.csv/,
  ),
  refused(
    'a header of other delimiters than its rows',
    file(lines('user;item;at', ...ROWS)),
    UNREADABLE,
    /rows.csv/,
  ),
  refused('another delimiter than is said', file(csv()), 'missing-column', /"user"/, {
    dataset: { source: { uri: 'rows.csv', csv: { delimiter: ';' } } },
  }),
  refused('fewer columns than are named', file(csv()), UNREADABLE, /rows\.csv/, {
    dataset: { source: { uri: 'rows.csv', csv: { columns: ['user', 'item', 'at', 'more'] } } },
  }),
  refused('more columns than are named', file(csv()), 'column-count', /names 2 columns.* has 3/, {
    dataset: { source: { uri: 'rows.csv', csv: { columns: ['user', 'item'] } } },
  }),
  refused('more lines to skip than it has', file(csv()), 'no-header', /999 lines/, {
    dataset: { source: { uri: 'rows.csv', csv: { skipLines: 999 } } },
  }),
  refused(
    'an empty line before the header',
    file(`\n${csv()}`),
    'no-header',
    /rows.csv begins with an empty line/,
  ),
  refused('nothing but line ends', file('\n\n\n'), 'no-header', /rows.csv/),
  refused('nothing but a byte order mark', file('\ufeff'), 'no-header', /rows.csv/),
  refused('a header and no rows', file(lines(HEADER)), 'no-rows', /no rows/),
  refused('a header without an end of line', file(HEADER), 'no-rows', /no rows/),
  refused('no header', file(lines(...ROWS)), 'missing-column', /"user"/),
  read('no header, as is said', file(lines(...ROWS)), 100, {
    dataset: { source: { uri: 'rows.csv', csv: { header: false, columns: ['user', 'item', 'at'] } } },
  }),
  refused(
    'a column without a name for the user',
    file(lines(',item,at', ...ROWS)),
    'missing-column',
    /"user"/,
  ),
  refused('a column twice', file(lines('user,user,item', ...ROWS)), 'duplicate-column', /"user" twice/),
  refused(
    'a column twice, once in quotes',
    file(lines('user,"user",item', ...ROWS)),
    'duplicate-column',
    /"user" twice/,
  ),
  read(
    'columns that differ in case, of which the first is meant',
    file(lines('user,USER,item', ...ROWS)),
    100,
  ),
  read(
    'a column twice that nobody needs',
    file(lines('user,item,at,at', ...ROWS.map((row) => `${row},1`))),
    100,
  ),
  read('blanks around names and values', file(lines(' user , item,at ', ...ROWS)), 100),
  read(
    'a hundred columns',
    file(() => lines(...wide(97))),
    100,
  ),
  refused(
    'more columns than there is memory for',
    file(() => lines(...wide(6000))),
    'too-many-columns',
    /6003 columns/,
  ),
  read(
    'as many columns, of which three are brought',
    file(() => lines(...wide(6000))),
    100,
    { dataset: { select: ['user', 'item', 'at'] } },
  ),
];

const ends: DamagedCase[] = [
  read('CR LF', file(csv().replaceAll('\n', '\r\n')), 100, { first: [{ at: '0' }] }),
  read('CR alone', file(csv().replaceAll('\n', '\r')), 100, { first: [{ at: '0' }] }),
  refused('LF and CR LF mixed', file(csv().replaceAll('u1,i1,1\n', 'u1,i1,1\r\n')), UNREADABLE, /rows.csv/),
  read('no end of the last line', file(csv().trimEnd()), 100),
  read('blank lines at the end', file(`${csv()}\n\n\n`), 100),
  read('lines that begin with #', file(csv('#u,i1,3')), 101, { first: [{ user: '#u' }] }),
];

const encodings: DamagedCase[] = [
  read('a byte order mark', file(`\ufeff${csv()}`), 100, { first: [{ user: 'u0' }] }),
  read('UTF-16', file(utf16(csv('José,i1,3'))), 101, { first: [{ user: 'José' }] }),
  read('UTF-16, big-endian', file(utf16be(csv('José,i1,3'))), 101, { first: [{ user: 'José' }] }),
  read('UTF-16 without a mark', file(Buffer.from(csv(), 'utf16le')), 100),
  refused('UTF-16 that was cut', file(utf16(csv()).subarray(0, -1)), UNREADABLE, /rows.csv.*UTF-16/),
  refused(
    'half a pair of surrogates in UTF-16',
    file(utf16(csv(`\ud83d${SECRET},i1,3`))),
    UNREADABLE,
    /rows.csv.*UTF-16/,
  ),
  refused('UTF-16 that is said to be Latin-1', file(utf16(csv())), UNREADABLE, /mark of UTF-16/, {
    dataset: { source: { uri: 'rows.csv', csv: { encoding: 'latin-1' } } },
  }),
  refused(
    'Latin-1 in a value',
    file(Buffer.from(csv(`José ${SECRET},i1,3`), 'latin1')),
    UNREADABLE,
    /utf-8/i,
  ),
  refused(
    'Latin-1 in the header',
    file(Buffer.from(lines('usér,item,at', ...ROWS), 'latin1')),
    UNREADABLE,
    /utf-8/i,
  ),
  refused(
    'half a character at the end',
    file(Buffer.concat([Buffer.from(csv()), Buffer.from([0x75, 0xc3])])),
    UNREADABLE,
    /rows.csv/,
  ),
  refused(
    'surrogates encoded as if they were characters',
    file(
      Buffer.concat([
        Buffer.from(`${HEADER}\n`),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from(`,i1,3\n${lines(...ROWS)}`),
      ]),
    ),
    UNREADABLE,
    /utf-8/i,
  ),
  refused('NUL bytes alone', file('\0'.repeat(99)), 'invalid-column-name', /NUL/),
  refused('a NUL in a name', file(lines('us\0er,item,at', ...ROWS)), 'invalid-column-name', /NUL/),
  read('a NUL in a value', file(csv('u\0v,i1,3')), 101, { first: [{ user: 'u\0v' }] }),
  read('look-alikes, which are other users', file(csv('u\u043e,i1,3', 'uo,i1,3')), 102, {
    first: [{ user: 'u\u043e' }, { user: 'uo' }],
  }),
  refused(
    'a look-alike in the header',
    file(lines('us\u0435r,item,at', ...ROWS)),
    'missing-column',
    /did you mean "us\u0435r"/,
  ),
  read(
    'composed and decomposed accents, which are other users',
    file(csv('\u00e9,i1,3', 'e\u0301,i1,3')),
    102,
    { first: [{ user: '\u00e9' }, { user: 'e\u0301' }] },
  ),
];

const sizes: DamagedCase[] = [
  refused(
    'a line of 10 MB',
    file(() => csv(`${'x'.repeat(10_000_001)},i1,3`)),
    UNREADABLE,
    /Maximum line size/,
  ),
  refused(
    'a quoted field of 10 MB over many lines',
    file(() => csv(`"${'xxxxxxxxx\n'.repeat(1_000_001)}",i1,3`)),
    UNREADABLE,
    /Maximum line size/,
  ),
  refused(
    'a header of 12 MB',
    file(() => lines('x'.repeat(12_000_000), ...ROWS)),
    UNREADABLE,
    /rows.csv/,
  ),
  refused(
    'one line of 12 MB without an end',
    file(() => 'x'.repeat(12_000_000)),
    UNREADABLE,
    /rows.csv/,
  ),
  read(
    'a value of 1 MB',
    file(() => csv(`${'x'.repeat(1_000_000)},i1,3`)),
    101,
  ),
  refused(
    'a .gz that was cut',
    { 'rows.csv.gz': gzipSync(csv()).subarray(0, 100) },
    UNREADABLE,
    /rows.csv.gz.*gzip/,
  ),
  refused(
    'a .gz without its last byte',
    { 'rows.csv.gz': gzipSync(csv()).subarray(0, -1) },
    UNREADABLE,
    /rows.csv.gz.*gzip/,
  ),
  refused(
    'a .gz with a wrong checksum',
    { 'rows.csv.gz': flipped(gzipSync(csv()), -6) },
    UNREADABLE,
    /rows.csv.gz.*gzip/,
  ),
  refused(
    'a .gz with a wrong length',
    { 'rows.csv.gz': flipped(gzipSync(csv()), -2) },
    UNREADABLE,
    /rows.csv.gz.*gzip/,
  ),
  refused(
    'a .gz with a flipped bit',
    { 'rows.csv.gz': flipped(gzipSync(csv()), 60) },
    UNREADABLE,
    /rows.csv.gz.*gzip/,
  ),
  refused('a .gz that is not compressed', { 'rows.csv.gz': csv() }, UNREADABLE, /rows.csv.gz.*gzip/),
  refused('a .gz of nothing', { 'rows.csv.gz': gzipSync('') }, 'no-header', /rows.csv.gz/),
  refused(
    'a .gz with rubbish behind',
    { 'rows.csv.gz': Buffer.concat([gzipSync(csv()), Buffer.from(SECRET)]) },
    UNREADABLE,
    /rows.csv.gz/,
  ),
  read(
    'a .gz of two members',
    { 'rows.csv.gz': Buffer.concat([gzipSync(csv()), gzipSync(lines(...ROWS))]) },
    200,
  ),
  refused('a .gz in a .gz', { 'rows.csv.gz': gzipSync(gzipSync(csv())) }, UNREADABLE, /rows.csv.gz/),
  refused('gzip under another name', file(gzipSync(csv())), UNREADABLE, /compressed.*\.gz/),
  refused(
    'a bomb',
    { 'rows.csv.gz': () => gzipSync(Buffer.alloc(70_000_000, 'user,item\n')) },
    'inflated-too-far',
    /rows.csv.gz/,
  ),
];

const names: DamagedCase[] = [
  read('SQL in the names of columns', file(lines(`user,item,"x"" FROM t; DROP TABLE t; --"`, ...ROWS)), 100),
  read("quotes in a name that is the user's", file(lines(`"a'b""c",item,at`, ...ROWS)), 100, {
    features: {
      query: [{ column: `a'b"c`, transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
  }),
  read('SQL in a value', file(csv(`'); DROP TABLE t; --,i1,3`)), 101, {
    first: [{ user: `'); DROP TABLE t; --` }],
  }),
  read('a formula in a value', file(csv('"=cmd|\' /C calc\'!A0",i1,3')), 101),
  read('markup in a name', file(lines('user,item,<script>alert(1)</script>', ...ROWS)), 100),
  read('names that are reserved words', file(lines('user,item,select', ...ROWS)), 100, {
    dataset: { where: [{ column: 'select', is: 'notNull' }] },
  }),
  read(
    'names that the trainer uses itself',
    file(
      lines('user,item,row,c0,keep0,trainyard_row,rowid,filename', ...ROWS.map((row) => `${row},a,b,c,d,e`)),
    ),
    100,
    {
      dataset: { where: [{ column: 'trainyard_row', is: 'notNull' }], columns: { row: { cast: 'int64' } } },
      first: [{ row: 0n, c0: 'a', keep0: 'b', trainyard_row: 'c', rowid: 'd', filename: 'e' }],
    },
  ),
  read('a name of 300 characters', file(lines(`user,item,${'n'.repeat(300)}`, ...ROWS)), 100, {
    dataset: { where: [{ column: 'n'.repeat(300), is: 'notNull' }] },
  }),
  read('names of emoji and of right-to-left text', file(lines('user,item,🛒 \u202eabc', ...ROWS)), 100),
  read('a file whose name is SQL', { "a'); DROP TABLE x; --.csv": csv() }, 100),
  read('a file whose name is a pattern', { 'a[0-9]*.csv': csv(), 'a1.csv': 'x' }, 100),
];

const values: DamagedCase[] = [
  read('numbers too large for their cast', file(lines(HEADER, 'u,i,9223372036854775808', ...ROWS)), 101, {
    dataset: { columns: { at: { cast: 'int64' } } },
    first: [{ at: null }, { at: 0n }],
    warns: /cast of column "at" to int64 would change 1 of 101 values/,
  }),
  read('1e400, which is no double', file(csv('u,i,1e400')), 101, {
    dataset: { columns: { at: { cast: 'float64' } } },
    first: [{ at: Infinity }],
  }),
  read('NaN and infinities', file(csv('u,i,NaN', 'u,i,inf', 'u,i,-Infinity')), 103, {
    dataset: { columns: { at: { cast: 'float64' } } },
    first: [{ at: null }],
  }),
  read('dates that are none', file(csv('u,i,2024-02-30', 'u,i,0000-00-00', 'u,i,99999999-01-01')), 103, {
    dataset: { columns: { at: { cast: 'timestamp' } }, split: { strategy: 'random', seed: 2 } },
    first: [{ at: null }, { at: null }],
    warns: /cast of column "at" failed/,
  }),
  read(
    'infinite dates, ordering the split',
    file(
      lines(
        HEADER,
        'u,i,infinity',
        'u,i,-infinity',
        ...ROWS.map(
          (row, i) =>
            `${row.split(',').slice(0, 2).join(',')},2024-01-01 00:${String(i % 60).padStart(2, '0')}:00`,
        ),
      ),
    ),
    102,
    {
      dataset: { columns: { at: { cast: 'timestamp' } }, split: { strategy: 'time', column: 'at' } },
    },
  ),
  refused(
    'users that are all null',
    file(lines(HEADER, ...ROWS.map((row) => row.replace(/^u\d/, '')))),
    'empty-id',
    /"user"/,
  ),
  refused(
    'one item alone',
    file(lines(HEADER, ...ROWS.map((row) => row.replace(/i\d/, 'i')))),
    'single-id',
    /"item"/,
  ),
  refused('times that are text', file(csv()), 'split-column-is-text', /"at"/, {
    dataset: { split: { strategy: 'time', column: 'at' } },
  }),
  refused(
    'too few rows for three splits',
    file(lines(HEADER, ...ROWS.slice(0, 2))),
    'empty-split',
    /2 rows/,
    { dataset: { columns: { at: { cast: 'int64' } }, split: { strategy: 'time', column: 'at' } } },
  ),
  refused(
    'text where numbers are compared',
    file(csv()),
    'no-rows-left',
    /at > 5.*cast of column "at" failed.*from 0 to 99/,
    {
      dataset: {
        columns: { at: { cast: 'timestamp' } },
        where: [{ column: 'at', is: 'greater', value: 5 }],
      },
    },
  ),
];

export const csvCases: DamagedCase[] = [
  ...quotes,
  ...shapes,
  ...ends,
  ...encodings,
  ...sizes,
  ...names,
  ...values,
].map((one) => ({ ...one, name: `CSV: ${one.name}` }));
