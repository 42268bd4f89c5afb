import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { csv, jsonl, read, refused, type DamagedCase, type Given } from './case.js';

/** A case whose files are not written one by one. */
function made(
  name: string,
  write: (folder: string) => Promise<Given>,
  expected: DamagedCase['expected'],
): DamagedCase {
  return { name, write, expected };
}

const pipe = (file: string) => execFileSync('mkfifo', [file]);
const notFound = /nothing is found/;

const kinds: DamagedCase[] = [
  refused('nothing there', {}, 'source-not-found', notFound, { uri: 'rows.csv' }),
  refused('a pattern that nothing matches', { 'rows.csv': csv() }, 'source-not-found', notFound, {
    uri: '*.parquet',
  }),
  refused('a pattern in a folder that is not there', {}, 'source-not-found', notFound, {
    uri: 'no/such/*.csv',
  }),
  refused('an empty file', { 'rows.csv': '' }, 'empty-file', /rows\.csv is empty/),
  refused('a good file and an empty one', { 'a.csv': csv(), 'b.csv': '' }, 'empty-file', /b\.csv is empty/, {
    uri: '*.csv',
  }),
  refused('an ending of no format', { 'rows.xlsx': csv() }, 'unknown-format', /rows\.xlsx/),
  refused('no ending', { rows: csv() }, 'unknown-format', /rows/),
  refused(
    'files of two formats',
    { 'a.csv': csv(), 'b.jsonl': jsonl() },
    'unknown-format',
    /different endings: "csv", "jsonl"/,
    {
      uri: '[ab].*',
    },
  ),
  refused('a compression that is not read', { 'rows.csv.bz2': csv() }, 'unknown-format', /bz2/),
  refused(
    'zip under the name of a CSV',
    { 'rows.csv': Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(99)]) },
    'unreadable-source',
    /rows\.csv.*zip/,
  ),
  refused(
    'zstd under the name of JSON lines',
    { 'rows.jsonl': Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(99)]) },
    'unreadable-source',
    /rows\.jsonl.*zstd/,
  ),
  refused(
    'Parquet under the name of a CSV',
    { 'rows.csv': Buffer.concat([Buffer.from('PAR1\x15'), Buffer.alloc(99), Buffer.from('PAR1')]) },
    'unreadable-source',
    /rows\.csv.*Parquet/,
  ),
  made(
    'a folder',
    async (folder) => {
      await mkdir(join(folder, 'rows.csv'));
      return { uri: 'rows.csv' };
    },
    { refused: 'not-a-file', says: /rows\.csv is not a file/ },
  ),
  made(
    'a folder that a pattern matches, beside a file',
    async (folder) => {
      await mkdir(join(folder, 'a.csv'));
      await writeFile(join(folder, 'b.csv'), csv());
      return { uri: '*.csv' };
    },
    { rows: 100 },
  ),
  made(
    'a pipe that nobody writes to',
    async (folder) => {
      pipe(join(folder, 'rows.csv'));
      return { uri: 'rows.csv' };
    },
    { refused: 'not-a-file', says: /rows\.csv is not a file/ },
  ),
  made(
    'a pipe among files',
    async (folder) => {
      await writeFile(join(folder, 'a.csv'), csv());
      pipe(join(folder, 'b.csv'));
      return { uri: '*.csv' };
    },
    { refused: 'not-a-file', says: /b\.csv is not a file/ },
  ),
  ...['/dev/zero', '/dev/null', '/dev/stdin', '/proc/self/mem'].map((path) =>
    made(path, async () => ({ uri: path, dataset: { source: { uri: path, format: 'csv' as const } } }), {
      refused: path === '/proc/self/mem' ? 'empty-file' : 'not-a-file',
      says: new RegExp(path),
    }),
  ),
  made(
    'a file whose name ends in a slash',
    async (folder) => {
      await writeFile(join(folder, 'rows.csv'), csv());
      return { uri: 'rows.csv/' };
    },
    { rows: 100 },
  ),
];

const linked = (name: string, target: string, uri: string, expected: DamagedCase['expected']) =>
  made(
    name,
    async (folder) => {
      await mkdir(join(folder, 'parts'));
      await writeFile(join(folder, 'outside.csv'), csv());
      await writeFile(join(folder, 'parts', 'a.csv'), csv());
      await symlink(target, join(folder, 'parts', 'link.csv'));
      return { uri };
    },
    expected,
  );

const links: DamagedCase[] = [
  linked('a link out of the folder of a pattern, which is not followed', '../outside.csv', 'parts/*.csv', {
    rows: 100,
  }),
  linked('a link to /etc in a pattern, which is not followed', '/etc/passwd', 'parts/*.csv', { rows: 100 }),
  linked('a link inside the folder of a pattern', 'a.csv', 'parts/*.csv', { rows: 200 }),
  linked('a link that leads nowhere, in a pattern', 'gone.csv', 'parts/*.csv', {
    refused: 'source-not-found',
    says: /link\.csv is a link that leads nowhere/,
  }),
  linked('a link to itself, in a pattern', 'link.csv', 'parts/*.csv', {
    refused: 'source-not-found',
    says: /link\.csv is a link that leads nowhere/,
  }),
  linked('a link that leads nowhere, by its name', 'gone.csv', 'parts/link.csv', {
    refused: 'source-not-found',
    says: notFound,
  }),
  linked('a link to itself, by its name', 'link.csv', 'parts/link.csv', {
    refused: 'source-not-found',
    says: notFound,
  }),
  linked('a link out of the folder, by its name', '../outside.csv', 'parts/link.csv', { rows: 100 }),
  made(
    'folders that are links to their parents, below which ** looks',
    async (folder) => {
      await mkdir(join(folder, 'parts'));
      await writeFile(join(folder, 'parts', 'a.csv'), csv());
      await symlink('..', join(folder, 'parts', 'up'));
      return { uri: 'parts/**/*.csv' };
    },
    { rows: 100 },
  ),
];

const uris: DamagedCase[] = [
  ...['s3://bucket/rows.csv', 'https://example.com/rows.csv', 'ftp://host/rows.csv', 'hdfs://host/rows'].map(
    (uri) => refused(uri, {}, 'unsupported-source', new RegExp(uri.slice(0, 5)), { uri }),
  ),
  refused('the URL of a file on another machine', {}, 'invalid-file-url', /other/, {
    uri: 'file://other/rows.csv',
  }),
  refused('the URL of a file with a slash encoded', {}, 'invalid-file-url', /%2F/, {
    uri: 'file:///a%2Fb.csv',
  }),
  refused('a NUL in a path', { 'rows.csv': csv() }, 'source-not-found', notFound, { uri: 'rows\0.csv' }),
  refused('a NUL in a pattern', { 'rows.csv': csv() }, 'source-not-found', notFound, { uri: 'row\0*.csv' }),
  refused('a set that ends before it begins', { 'rows.csv': csv() }, 'invalid-spec', /\[z-a\]/, {
    uri: 'row[z-a].csv',
  }),
  refused('a set that is not closed', { 'rows.csv': csv() }, 'source-not-found', notFound, {
    uri: 'row[s.csv',
  }),
  refused('a path that is longer than any', {}, 'source-not-found', notFound, {
    uri: `${'a'.repeat(2000)}.csv`,
  }),
  read('a pattern of ten thousand stars', { 'rows.csv': csv() }, 100, { uri: `rows${'*'.repeat(30)}.csv` }),
  read('.. in a path', { 'parts/x.csv': csv() }, 100, { uri: 'parts/../parts/x.csv' }),
  read('names with quotes, blanks and letters of all kinds', { [`it's "a" файл 🛒.csv`]: csv() }, 100),
  read('a name that begins with a minus', { '-rf.csv': csv() }, 100),
  read('a name with a line end', { 'a\nb.csv': csv() }, 100),
  read('folders that are columns', { 'country=DE/rows.csv': csv() }, 100, { first: [{ country: 'DE' }] }),
  read('folders that are columns, with signs in their names', { "a'b=x%2Fy; --/rows.csv": csv() }, 100, {
    first: [{ "a'b": 'x/y; --' }],
  }),
];

export const fileCases: DamagedCase[] = [...kinds, ...links, ...uris].map((one) => ({
  ...one,
  name: `files: ${one.name}`,
}));
