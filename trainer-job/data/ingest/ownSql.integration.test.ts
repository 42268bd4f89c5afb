import { copyFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetSchema } from '@trainyard/shared';
import { writeLines } from '../../../test/support/data/prepared.js';
import { jsonLines, sql as query } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { openTables } from '../source/openTables.js';
import { ingest, ROWS_FILE } from './ingest.js';

async function rowsOf(folder: string, sql: string, tables: Record<string, string> = {}): Promise<unknown[]> {
  const dataset = datasetSchema.parse({
    source: { uri: 'rows.jsonl' },
    tables: Object.fromEntries(Object.entries(tables).map(([name, uri]) => [name, { uri }])),
    sql,
  });
  const target = await temporaryFolder();
  const opened = await openTables(dataset, { baseDirectory: folder, cacheRoot: target } as never);
  const { columns } = await ingest(dataset, await opened.files(), target);
  const rows = await query(`SELECT * FROM read_parquet(${literal(join(target, ROWS_FILE))}) ORDER BY row`);
  return rows.map((row) => columns.map(({ internal }) => row[internal]));
}

async function shop(): Promise<string> {
  const folder = await temporaryFolder();
  await writeLines(folder, 'rows.jsonl', jsonLines());
  return folder;
}

describe('SQL of the user', () => {
  it('selects from the source and the other tables', async () => {
    const folder = await shop();
    await writeLines(folder, 'odd [name].csv', ['item,colour', 'i0,red', 'i1,blue']);
    await copyFile(join(folder, 'odd [name].csv'), join(folder, 'odd n.csv'));
    const rows = await rowsOf(
      folder,
      `SELECT colour, count(*)::BIGINT AS n, sum("at") AS total FROM source JOIN products USING (item) GROUP BY colour; `,
      { products: 'odd [name].csv' },
    );
    expect(rows).toEqual([
      ['blue', 20n, 970],
      ['red', 20n, 950],
    ]);
  });

  it('sees the types of the file: elements of lists, fields of structs, numbers of 128 bits', async () => {
    const folder = await shop();
    await query(
      `COPY (SELECT 'i' || i AS item, [i + 0.5, 2]::DOUBLE[] AS vec, ['Drama', 'Science Fiction'] AS genres,
         {'city': 'c' || i} AS place, MAP {'a': i} AS counts, DATE '2024-01-02' AS day FROM range(2) t(i))
       TO ${literal(join(folder, 'things.parquet'))}`,
    );
    await writeLines(folder, 'rows.jsonl', ['{"user": "u", "vec": [1.5, 2], "at": {"x": 7}}']);
    const things = { things: 'things.parquet' };
    expect(
      await rowsOf(
        folder,
        `SELECT vec[1] AS v1, len(genres) AS n, place.city AS city, counts['a'] AS a, year(day) AS y FROM things`,
        things,
      ),
    ).toEqual([
      [0.5, 2n, 'c0', 0n, 2024n],
      [1.5, 2n, 'c1', 1n, 2024n],
    ]);
    expect(await rowsOf(folder, 'SELECT vec[1] AS v1, "at".x AS x FROM source')).toEqual([[1.5, 7n]]);
    expect(await rowsOf(folder, 'SELECT * FROM things', things)).toMatchObject([
      ['i0', '[0.5, 2.0]', '[Drama, Science Fiction]', "{'city': c0}", '{a=0}', expect.anything()],
      ['i1', '[1.5, 2.0]', '[Drama, Science Fiction]', "{'city': c1}", '{a=1}', expect.anything()],
    ]);
  });

  it('may end in a comment, and gives its rows in the order of their values', async () => {
    const rows = await rowsOf(await shop(), 'SELECT DISTINCT item FROM source -- all of them');
    expect(rows).toEqual([['i0'], ['i1'], ['i2'], ['i3'], ['i4']]);
  });

  it.each<[string, string]>([
    ['no SQL', 'private words'],
    ['a column that is not there', 'SELECT nothing FROM source'],
    ['two statements', 'SELECT 1 AS a; SELECT 2 AS a'],
    ['a statement behind a SELECT', `SELECT 1 AS a; COPY source TO 'here.csv'`],
    ['a way out of the brackets', `SELECT 1 AS a) TO 'here.parquet' (FORMAT parquet); --`],
    ['a table that is dropped', 'DROP VIEW source'],
    ['a setting', 'SET enable_external_access = true'],
    ['a lock that is opened', 'SET lock_configuration = false'],
    ['a setting by pragma', 'PRAGMA enable_external_access'],
    ['a copy to a file', `COPY (SELECT 1) TO 'here.csv'`],
    ['an export', `EXPORT DATABASE 'here'`],
    ['another database', `ATTACH 'here.duckdb'`],
    ['an extension installed', 'INSTALL httpfs'],
    ['an extension loaded', 'LOAD httpfs'],
    ['a file by its name', `SELECT * FROM 'FOLDER/secret.csv'`],
    ['a file by a function', `SELECT * FROM read_csv('FOLDER/secret.csv')`],
    ['the text of a file', `SELECT content FROM read_text('FOLDER/secret.csv')`],
    ['the bytes of a file', `SELECT content FROM read_blob('/etc/passwd')`],
    ['a list of files', `SELECT * FROM glob('FOLDER/*')`],
    ['a way up', `SELECT * FROM read_text('sql/../../../secret.csv')`],
    ['a query in a text', `SELECT * FROM query('SELECT content FROM read_text(''FOLDER/secret.csv'')')`],
    ['a file in a subquery', `SELECT (SELECT content FROM read_text('FOLDER/secret.csv')) AS a`],
    ['the network', `SELECT * FROM read_csv('https://127.0.0.1:9/rows.csv')`],
    ['the environment', `SELECT getenv('HOME') AS home`],
    ['a value that cannot be cast', 'SELECT item::BIGINT AS a FROM source'],
  ])('with %s is refused', async (_what, sql) => {
    const folder = await shop();
    await writeFile(join(folder, 'secret.csv'), 'a\nsecret value\n');
    await symlink(join(folder, 'secret.csv'), join(folder, 'link.csv'));
    const before = (await readdir(folder)).toSorted();
    const error = await rowsOf(folder, sql.replaceAll('FOLDER', folder)).then(
      (rows) => expect.fail(`it ran: ${String(rows)}`),
      (reason: unknown) => reason as Error,
    );
    expect(error).toMatchObject({ name: 'TrainerError', code: 'bad-sql' });
    expect(error.message).not.toContain('secret value');
    expect((await readdir(folder)).toSorted()).toEqual(before);
  });
});
