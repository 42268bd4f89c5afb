/** Data that cannot be read or trained on: an error each that says what was found and what to do. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { byTime, csvLines, jsonLines, purchases, writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';

/** What it is, who writes it, other parts of the data set, the error's code and what its message says. */
type BadSource = [
  string,
  (folder: string) => Promise<string>,
  Partial<TrainingSpecInput['dataset']>,
  string,
  RegExp,
];

describe('what cannot be read or trained on', () => {
  it.each<BadSource>([
    ['nothing there', async () => 'no-such.csv', {}, 'source-not-found', /nothing is found at no-such.csv/],
    ['a pattern without match', async () => '*.parquet', {}, 'source-not-found', /\*\.parquet/],
    [
      'a folder',
      async (folder) => folder,
      { source: { uri: '', format: 'csv' } },
      'not-a-file',
      /is not a file/,
    ],
    ['an empty file', (folder) => writeLines(folder, 'e.csv', []), {}, 'empty-file', /is empty/],
    [
      'an unknown ending',
      (folder) => writeLines(folder, 'rows.xlsx', ['x']),
      {},
      'unknown-format',
      /rows.xlsx/,
    ],
    ['another kind of source', async () => 's3://bucket/rows.csv', {}, 'unsupported-source', /s3:\/\//],
    [
      'text named .parquet',
      (folder) => writeLines(folder, 'rows.parquet', jsonLines()),
      {},
      'not-parquet',
      /PAR1/,
    ],
    [
      'a Parquet file cut in the middle',
      async (folder) => {
        const whole = await writeParquet(
          join(folder, 'whole.parquet'),
          `SELECT 'u' AS "user", 'i' || i AS item FROM range(9999) t(i)`,
        );
        const bytes = await readFile(whole);
        await writeFile(
          join(folder, 'cut.parquet'),
          Buffer.concat([bytes.subarray(0, 200), bytes.subarray(-200)]),
        );
        return 'cut.parquet';
      },
      {},
      'unreadable-source',
      /cannot be read as parquet/,
    ],
    [
      'CSV with rows of other lengths',
      (folder) => writeLines(folder, 'r.csv', [...csvLines, 'a,b,c,d,e', ...csvLines.slice(1)]),
      {},
      'unreadable-source',
      /cannot be read as csv/,
    ],
    [
      'a row of CSV that ends early',
      (folder) => writeLines(folder, 's.csv', [...csvLines, 'a,b', ...csvLines.slice(1)]),
      {},
      'unreadable-source',
      /cannot be read as csv/,
    ],
    [
      'CSV with an open quote',
      (folder) => writeLines(folder, 'q.csv', ['user,item,at', ...csvLines.slice(1), '"a,b,1']),
      {},
      'unreadable-source',
      /cannot be read as csv/,
    ],
    [
      'a broken line of JSON',
      (folder) => writeLines(folder, 'b.jsonl', [...jsonLines(), '{"user":']),
      {},
      'unreadable-source',
      /cannot be read as jsonl/,
    ],
    [
      'JSON lines that are no objects',
      (folder) => writeLines(folder, 'l.jsonl', [...jsonLines(), '[1, 2]']),
      {},
      'unreadable-source',
      /cannot be read as jsonl/,
    ],
    [
      'a key twice in an object',
      (folder) => writeLines(folder, 'k.jsonl', ['{"user":"private","user":"b","item":"i"}']),
      {},
      'unreadable-source',
      /duplicate key "user"$/,
    ],
    [
      'CSV that is not UTF-8',
      async (folder) => {
        await writeFile(join(folder, 'latin.csv'), Buffer.from('user,item,at\nJosé,b,1\n', 'latin1'));
        return 'latin.csv';
      },
      {},
      'unreadable-source',
      /cannot be read as csv: .*not UTF-8/,
    ],
    [
      'JSON that is not UTF-8',
      async (folder) => {
        await writeFile(join(folder, 'latin.jsonl'), Buffer.from('{"user":"José","item":"b"}\n', 'latin1'));
        return 'latin.jsonl';
      },
      {},
      'unreadable-source',
      /cannot be read as jsonl: .*UTF-8/,
    ],
    [
      'a NUL byte in JSON',
      (folder) => writeLines(folder, 'nul.jsonl', ['{"user":"a\0","item":"b"}']),
      {},
      'unreadable-source',
      /control character/,
    ],
    [
      'nothing but NUL bytes',
      (folder) => writeLines(folder, 'n.csv', ['\0'.repeat(99)]),
      {},
      'invalid-column-name',
      /NUL byte in its name/,
    ],
    [
      'a line of more than 10 MB',
      (folder) => writeLines(folder, 'long.csv', [...csvLines, `${'x'.repeat(10_000_001)},i1,3`]),
      {},
      'unreadable-source',
      /Maximum line size of 10000000 bytes/,
    ],
    ...['csv', 'jsonl'].map((format): BadSource => [
      `text named .${format}.gz`,
      (folder) => writeLines(folder, `t.${format}.gz`, csvLines),
      {},
      'unreadable-source',
      /gzip/i,
    ]),
    [
      'a compressed file cut in the middle',
      async (folder) => {
        await writeFile(join(folder, 'cut.csv.gz'), gzipSync(csvLines.join('\n')).subarray(0, 100));
        return 'cut.csv.gz';
      },
      {},
      'unreadable-source',
      /cut.csv.gz cannot be read/,
    ],
    [
      'a compressed file of nothing',
      async (folder) => {
        await writeFile(join(folder, 'none.csv.gz'), gzipSync(''));
        return 'none.csv.gz';
      },
      {},
      'no-header',
      /begins with an empty line/,
    ],
    [
      'CSV with an empty line before its header',
      (folder) => writeLines(folder, 'blank.csv', ['', ...csvLines]),
      {},
      'no-header',
      /begins with an empty line/,
    ],
    [
      'two columns of one name',
      (folder) => writeLines(folder, 'twice.csv', ['user, "user",item', ...csvLines.slice(1)]),
      {},
      'duplicate-column',
      /the column "user" twice/,
    ],
    [
      'a header and no rows',
      (folder) => writeLines(folder, 'h.csv', ['user,item,at']),
      {},
      'no-rows',
      /no rows/,
    ],
    [
      'CSV without a header',
      (folder) => writeLines(folder, 'h.csv', csvLines.slice(1)),
      {},
      'missing-column',
      /no column "user"/,
    ],
    [
      'lines that end in two ways',
      async (folder) => {
        const half = csvLines.length / 2;
        await writeFile(
          join(folder, 'ends.csv'),
          `${csvLines.slice(0, half).join('\r\n')}\r\n${csvLines.slice(half).join('\n')}\n`,
        );
        return 'ends.csv';
      },
      {},
      'unreadable-source',
      /its lines do not all end alike/,
    ],
    [
      'SQL that selects nothing',
      (folder) => writeLines(folder, 'q.csv', csvLines),
      { sql: 'SELECT * FROM source WHERE false' },
      'no-rows',
      /dataset\.sql gives no rows/,
    ],
    [
      'a column that is not there',
      (folder) => writeLines(folder, 'c.csv', ['usr,item,at', 'a,b,1']),
      {},
      'missing-column',
      /"user" \(did you mean "usr"\?\); it has "usr"/,
    ],
    [
      'a column of a condition that is not there',
      (folder) => writeLines(folder, 'w.csv', csvLines),
      { where: [{ column: 'Item', is: 'notNull' }] },
      'missing-column',
      /"Item" \(did you mean "item"\?\)/,
    ],
    [
      'a column to clean that is not there',
      (folder) => writeLines(folder, 'w.csv', csvLines),
      { columns: { price: { trim: true } } },
      'missing-column',
      /no column "price"; it has "user", "item", "at"/,
    ],
    [
      'no row left',
      (folder) => writeLines(folder, 'n.jsonl', jsonLines()),
      { where: [{ column: 'at', is: 'less', value: 0 }] },
      'no-rows-left',
      /"at < 0" fails for 100/,
    ],
    [
      'an id that is always null',
      (folder) =>
        writeLines(
          folder,
          'z.jsonl',
          purchases.map(({ item, at }) => JSON.stringify({ user: null, item, at })),
        ),
      {},
      'empty-id',
      /"user", the id of the query tower/,
    ],
    [
      'only one item',
      (folder) =>
        writeLines(
          folder,
          'o.jsonl',
          purchases.map(({ user, at }) => JSON.stringify({ user, item: 'i', at })),
        ),
      {},
      'single-id',
      /nothing to choose among/,
    ],
    [
      'a time that is text',
      (folder) => writeLines(folder, 't.csv', csvLines),
      byTime,
      'split-column-is-text',
      /cast to "timestamp"|holds text/,
    ],
    [
      'too few rows for three splits',
      (folder) => writeLines(folder, 'f.jsonl', jsonLines().slice(0, 5)),
      byTime,
      'empty-split',
      /none would be in the/,
    ],
  ])('%s: an error that says what and what to do', async (_name, write, dataset, code, says) => {
    const folder = await temporaryFolder();
    const uri = await write(folder);
    const spec = userItemSpec(uri, { ...dataset, source: { ...dataset.source, uri } });
    const error = await prepared(folder, spec).then(
      () => expect.fail('it was read'),
      (reason: unknown) => reason as { name: string; code: string; message: string; remedy: string },
    );
    expect(error).toMatchObject({ name: 'TrainerError', code, retriable: false });
    expect(error.message).toMatch(says);
    expect(error.remedy).not.toBe('');
    expect(error.message).not.toContain('private');
  });

  it('a link out of the folder that a pattern names is not followed', async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    await writeLines(elsewhere, 'secret.jsonl', jsonLines());
    await mkdir(join(folder, 'parts'));
    await symlink(join(elsewhere, 'secret.jsonl'), join(folder, 'parts', 'link.jsonl'));
    await expect(prepared(folder, userItemSpec('parts/*.jsonl'))).rejects.toThrow(/nothing is found/);
  });
});
