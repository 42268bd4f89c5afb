import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { datasetSchema, type TrainingSpecInput } from '@trainyard/shared';
import { sql } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { ingest, ROWS_FILE } from '../ingest/ingest.js';
import { findSource } from './source.js';

type CsvInput = TrainingSpecInput['dataset']['source']['csv'];

async function rowsOf(bytes: string | Buffer, csv: CsvInput, name = 'rows.csv'): Promise<unknown[]> {
  const [folder, target] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(folder, name), bytes);
  const dataset = datasetSchema.parse({ source: { uri: name, csv } });
  const { columns } = await ingest(
    dataset,
    { source: await findSource(dataset, folder), tables: {} },
    target,
  );
  const rows = await sql(`SELECT * FROM read_parquet(${literal(join(target, ROWS_FILE))}) ORDER BY row`);
  return [
    columns.map((column) => column.name),
    ...rows.map((row) => columns.map(({ internal }) => row[internal])),
  ];
}

describe('the dialect of a CSV', () => {
  it.each<[string, string, CsvInput, unknown[]]>([
    [
      'found: tabs',
      'a\tb\n1\t2\n',
      undefined,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a delimiter that the header has fewer of',
      'a;b,c;d,e\n1;2;3\n',
      { delimiter: ';' },
      [
        ['a', 'b,c', 'd,e'],
        ['1', '2', '3'],
      ],
    ],
    [
      'single quotes',
      `a,b\n'x,''y',2\n`,
      { quote: `'` },
      [
        ['a', 'b'],
        [`x,'y`, '2'],
      ],
    ],
    [
      'no quotes',
      `a,b\n5",2\n`,
      { quote: '' },
      [
        ['a', 'b'],
        ['5"', '2'],
      ],
    ],
    [
      'escape by backslash',
      'a,b\n"x \\" y",2\n',
      { escape: '\\' },
      [
        ['a', 'b'],
        ['x " y', '2'],
      ],
    ],
    [
      'no header',
      '1,2\n3,4\n',
      { header: false, columns: ['u', 'v'] },
      [
        ['u', 'v'],
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'other names than the header has',
      'a,b\n1,2\n',
      { columns: ['u', 'v'] },
      [
        ['u', 'v'],
        ['1', '2'],
      ],
    ],
    [
      'texts for null',
      'a,b\nNULL,\n\\N,x\n',
      { nullTexts: ['NULL', '\\N'] },
      [
        ['a', 'b'],
        [null, ''],
        [null, 'x'],
      ],
    ],
    [
      'lines before the header',
      '# made today\n\na,b\n1,2\n',
      { skipLines: 2 },
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['one column', 'a\n1\n2\n', undefined, [['a'], ['1'], ['2']]],
  ])('%s', async (_what, text, csv, expected) => {
    expect(await rowsOf(text, csv)).toEqual(expected);
  });

  it.each<[string, string, CsvInput, RegExp]>([
    [
      'fewer names than columns',
      '1,2,3\n4,5,6\n',
      { header: false, columns: ['u', 'v'] },
      /names 2 columns, and the data has 3/,
    ],
    ['more names than columns', '1,2\n4,5\n', { header: false, columns: ['u', 'v', 'w'] }, /./],
    ['a name twice', '1,2\n4,5\n', { header: false, columns: ['u', 'u'] }, /./],
    [
      'nothing behind the lines to skip',
      'x\n\n',
      { skipLines: 1 },
      /has behind its first 1 lines an empty line/,
    ],
  ])('is refused: %s', async (_what, text, csv, says) => {
    await expect(rowsOf(text, csv)).rejects.toMatchObject({
      name: 'TrainerError',
      message: expect.stringMatching(says) as string,
    });
  });

  it('is refused for what is no CSV', async () => {
    expect(() => datasetSchema.parse({ source: { uri: 'a', format: 'jsonl', csv: {} } })).toThrow(
      /format csv/,
    );
    await expect(rowsOf('{"a":1}\n', {}, 'rows.jsonl')).rejects.toMatchObject({ code: 'not-csv' });
  });
});

describe('a compressed text', () => {
  it('whose checksum is wrong is refused, although all of it can be inflated', async () => {
    const bytes = gzipSync('a,b\n1,2\n');
    bytes[bytes.length - 8]! ^= 1;
    await expect(rowsOf(bytes, undefined, 'rows.csv.gz')).rejects.toMatchObject({
      code: 'unreadable-source',
    });
  });

  it('that inflates without end is refused', async () => {
    const bomb = gzipSync('1,2\n'.repeat(20_000_000));
    await expect(rowsOf(bomb, undefined, 'rows.csv.gz')).rejects.toMatchObject({ code: 'inflated-too-far' });
  });
});
