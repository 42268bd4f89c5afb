import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetSchema, type DerivedColumn, type TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { csvLines, jsonLines, sql, writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { openTables } from '../source/openTables.js';
import { ingest, ROWS_FILE, type IngestOutcome } from './ingest.js';
import { useSeveralThreads } from '../../../test/support/data/severalThreads.js';

useSeveralThreads();

type DatasetInput = TrainingSpecInput['dataset'];

async function ingested(
  folder: string,
  input: DatasetInput,
): Promise<IngestOutcome & { rows: Record<string, unknown>[]; fingerprint: string }> {
  const dataset = datasetSchema.parse(input);
  const target = await temporaryFolder();
  const opened = await openTables(dataset, { baseDirectory: folder, cacheRoot: target } as never);
  const outcome = await ingest(dataset, await opened.files(), target);
  const rows = await sql(`SELECT * FROM read_parquet(${literal(join(target, ROWS_FILE))})`);
  const named = rows.map((row) =>
    Object.fromEntries(outcome.columns.map(({ name, internal }) => [name, row[internal]])),
  );
  return { ...outcome, rows: named, fingerprint: opened.fingerprint };
}

describe('rename', () => {
  it('gives columns new names, which everything else says', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.csv', csvLines);
    const { columns, rows } = await ingested(folder, {
      source: { uri },
      rename: { customer: 'user', user: 'item' },
      columns: { at: { cast: 'int64' } },
      where: [{ column: 'customer', is: 'equal', value: 'u3' }],
    });
    expect(columns.map(({ name }) => name)).toEqual(['customer', 'user', 'at']);
    expect(rows[0]).toEqual({ customer: 'u3', user: 'i3', at: 3n });
  });

  it('makes no two columns of one name, and names columns that are there', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.csv', csvLines);
    await expect(ingested(folder, { source: { uri }, rename: { Item: 'user' } })).rejects.toMatchObject({
      code: 'duplicate-column',
    });
    await expect(ingested(folder, { source: { uri }, rename: { x: 'usr' } })).rejects.toThrow(
      /did you mean "user"/,
    );
  });
});

describe('a text with a NUL', () => {
  it('is a value like others to a condition, and in what else is compared with the data', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.csv', ['user,item', 'u1,a\0b', 'u2,a', 'u3,a\0b', 'u4,\0']);
    const usersOf = async (dataset: Partial<DatasetInput>) =>
      (await ingested(folder, { source: { uri }, ...dataset })).rows.map(({ user }) => user);
    const where = (condition: NonNullable<DatasetInput['where']>[number]) => usersOf({ where: [condition] });
    expect(await where({ column: 'item', is: 'notEqual', value: 'a\0b' })).toEqual(['u2', 'u4']);
    expect(await where({ column: 'item', is: 'in', values: ['\0', 'a'] })).toEqual(['u2', 'u4']);
    const csv = { nullTexts: ['a\0b'] };
    const source = { uri, csv };
    expect(await usersOf({ source, where: [{ column: 'item', is: 'notNull' }] })).toEqual(['u2', 'u4']);
  });

  it.each<[string, Partial<DatasetInput>, string, RegExp]>([
    ['rename', { rename: { 'a\0b': 'item' } }, 'invalid-column-name', /"a\\u0000b" has a NUL/],
    [
      'derive',
      { derive: [{ name: 'a\0b', is: 'lower', column: 'item' }] },
      'invalid-column-name',
      /"a\\u0000b" has a NUL/,
    ],
    ['dataset.sql', { sql: 'SELECT * FROM source\0 LIMIT 1' }, 'bad-sql', /NUL character.*chr\(0\)/],
  ])('as a name or in SQL of %s is refused with the reason', async (_what, dataset, code, says) => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.csv', csvLines);
    const refused = ingested(folder, { source: { uri }, ...dataset });
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(says) as string });
  });
});

describe('a join', () => {
  const products = ['product,price,colour', ...[0, 1, 2, 4].map((i) => `i${i},${i}.5,c${i % 2}`)];
  const join1 = { table: 'products', on: { item: 'product' }, columns: { price: 'price', shade: 'colour' } };

  it('brings columns of another table, cleaned, to each row once and in its place', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT ' i' || (i % 5) AS item, i AS id FROM range(250000) t(i)`,
    );
    await writeLines(folder, 'products.csv', products);
    const { rows, rowsRead, rowsKept, unmatched, columns } = await ingested(folder, {
      source: { uri },
      tables: { products: { uri: 'products.csv' } },
      columns: { item: { trim: true }, price: { cast: 'float64' } },
      joins: [join1],
    });
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'item VARCHAR',
      'id BIGINT',
      'price DOUBLE',
      'shade VARCHAR',
    ]);
    expect({ rowsRead, rowsKept, unmatched }).toEqual({
      rowsRead: 250_000,
      rowsKept: 250_000,
      unmatched: [{ table: 'products', rows: 50_000 }],
    });
    expect(rows.every((row, i) => Number(row['id']) === i)).toBe(true);
    expect(rows.slice(2, 5)).toEqual([
      { item: 'i2', id: 2n, price: 2.5, shade: 'c0' },
      { item: 'i3', id: 3n, price: null, shade: null },
      { item: 'i4', id: 4n, price: 4.5, shade: 'c0' },
    ]);
  });

  it('counts the rows of the other table that no row asks for which is kept', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT ' i' || (i % 3) AS item, i AS id FROM range(12) t(i)`,
    );
    await writeLines(folder, 'products.csv', products);
    const dataset = {
      source: { uri },
      tables: { products: { uri: 'products.csv' } },
      columns: { item: { trim: true } },
      joins: [join1],
    };
    const all = { table: 'products', on: ['item'], rows: 4 };
    expect((await ingested(folder, dataset)).unused).toEqual([{ ...all, unused: 1, example: 'i4' }]);
    const where = [{ column: 'shade', is: 'equal', value: 'c1' } as const];
    expect((await ingested(folder, { ...dataset, where })).unused).toEqual([
      { ...all, unused: 3, example: 'i0' },
    ]);
  });

  it('that is inner drops what has no match, and counts it', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    await writeLines(folder, 'products.csv', products);
    const { rows, dropped } = await ingested(folder, {
      source: { uri },
      tables: { products: { uri: 'products.csv' } },
      joins: [{ ...join1, kind: 'inner' }],
      where: [{ column: 'shade', is: 'equal', value: 'c1' }],
    });
    expect(dropped).toEqual([
      { condition: 'has a match in table products', rows: 20 },
      { condition: 'shade = "c1"', rows: 80 },
    ]);
    expect(rows.map(({ item }) => item)).toEqual(Array.from({ length: 20 }, () => 'i1'));
  });

  it('compares keys of other types by their texts', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(join(folder, 'rows.parquet'), 'SELECT i::DOUBLE AS id FROM range(3) t(i)');
    await writeLines(folder, 'names.csv', ['id,name', '1,one', 'x,none', ',empty', ',empty']);
    const { rows } = await ingested(folder, {
      source: { uri },
      tables: { names: { uri: 'names.csv' } },
      joins: [{ table: 'names', on: { id: 'id' }, columns: { name: 'name' } }],
    });
    expect(rows.map(({ name }) => name)).toEqual([null, 'one', null]);
  });

  it('compares times with what the other table has times in', async () => {
    const folder = await temporaryFolder();
    const day = "(TIMESTAMP '2017-07-14' + to_days(i::INTEGER))";
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT ${day} AS time, ${day}::DATE AS "day" FROM range(3) t(i)`,
    );
    await writeParquet(
      join(folder, 'weather.parquet'),
      `SELECT epoch_ms(${day}) AS ms, ${day} AS time, strftime(${day}, '%Y-%m-%d') AS text, i AS sun FROM range(1, 3) t(i)`,
    );
    const on = (name: string, mine: string, theirs: string) => ({
      table: 'weather',
      on: { [mine]: theirs },
      columns: { [name]: 'sun' },
    });
    const { rows, unmatched } = await ingested(folder, {
      source: { uri },
      tables: { weather: { uri: 'weather.parquet' } },
      joins: [on('byNumber', 'time', 'ms'), on('byDay', 'day', 'time'), on('byText', 'day', 'text')],
    });
    for (const name of ['byNumber', 'byDay', 'byText']) {
      expect(rows.map((row) => row[name])).toEqual([null, 1n, 2n]);
    }
    expect(unmatched.map((one) => one.rows)).toEqual([1, 1, 1]);
  });

  /** Rows whose `item` is `key`, SQL of a number i, joined with a table of these lines on its column `id`. */
  const joinedBy = async (key: string, table: readonly string[], compare?: 'number' | 'trimmed') => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT ${key} AS item FROM range(200) t(i)`,
    );
    await writeLines(folder, 'names.csv', ['id,name', ...table]);
    return ingested(folder, {
      source: { uri },
      tables: { names: { uri: 'names.csv' } },
      joins: [{ table: 'names', on: { item: 'id' }, columns: { name: 'name' }, ...(compare && { compare }) }],
    });
  };
  const padded = Array.from({ length: 200 }, (_, i) => `${String(i).padStart(6, '0')},n${i}`);
  const pointed = Array.from({ length: 200 }, (_, i) => `${i}.0,n${i}`);
  const blank = Array.from({ length: 200 }, (_, i) => `i${i} ,n${i}`);

  it.each<[string, string, string[], 'number' | 'trimmed']>([
    ['numbers and texts with leading zeros', 'i', padded, 'number'],
    ['numbers and texts with a point', 'i', pointed, 'number'],
    ['texts without and with a point', 'i::VARCHAR', pointed, 'number'],
    ['texts without and with a blank behind', `'i' || i`, blank, 'trimmed'],
  ])(
    'of %s that matches nothing is refused, and its setting finds all',
    async (_what, key, table, compare) => {
      await expect(joinedBy(key, table)).rejects.toMatchObject({
        name: 'TrainerError',
        code: 'unmatched-join',
        message: expect.stringMatching(/none of 200 rows .* 200 of them would have a match/) as string,
        remedy: expect.stringContaining(`dataset.joins[0].compare to "${compare}"`) as string,
      });
      const { rows, unmatched } = await joinedBy(key, table, compare);
      expect(unmatched).toEqual([{ table: 'names', rows: 0 }]);
      expect(rows[7]).toMatchObject({ name: 'n7' });
    },
  );

  it('of texts that differ by letter case alone offers SQL that finds all', async () => {
    const lower = Array.from({ length: 200 }, (_, i) => `i${i},n${i}`);
    const error: unknown = await joinedBy(`'I' || i`, lower).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'unmatched-join',
      message: expect.stringContaining('compared in lower case, 200 of them would have a match') as string,
      remedy: expect.stringContaining(
        'dataset.sql to "SELECT * REPLACE (lower("item"::VARCHAR) AS "item") FROM source"',
      ) as string,
    });
    const { unmatched } = await joinedBy(`lower('I' || i)`, lower);
    expect(unmatched).toEqual([{ table: 'names', rows: 0 }]);
    await expect(
      joinedBy(
        `'i' || i`,
        lower.map((line) => line.replace('i', 'I')),
      ),
    ).rejects.toMatchObject({
      remedy: expect.stringContaining('(upper("item"::VARCHAR) AS') as string,
    });
  });

  it('that matches nothing whatever the comparison is refused, and says how many rows have no key', async () => {
    await expect(joinedBy('CASE WHEN i > 9 THEN i END', ['x,1', 'y,2'])).rejects.toMatchObject({
      code: 'unmatched-join',
      message: expect.stringMatching(
        /"item" \(BIGINT\) and "id" \(VARCHAR\) are compared as texts; 10 rows have no key$/,
      ) as string,
      remedy: expect.stringContaining('dataset.joins[0].on') as string,
    });
  });

  it('that leaves out some rows says what types its keys have, and which setting would find them', async () => {
    const { unmatched } = await joinedBy('i', [
      ...padded.slice(0, 150),
      ...padded.slice(150).map((line) => line.replace(/^0+/, '')),
    ]);
    expect(unmatched).toEqual([
      {
        table: 'names',
        rows: 150,
        why: '"item" (BIGINT) and "id" (VARCHAR) are compared as texts; compared as numbers, 150 of them would have a match',
        remedy: 'set dataset.joins[0].compare to "number"',
      },
    ]);
  });

  it('by numbers keeps apart ids above 2^53, and refuses keys that are the same number', async () => {
    const ids = ['9007199254740992', '9007199254740993'];
    const { rows } = await joinedBy(
      `9007199254740992 + i % 2`,
      ids.map((id, i) => `0${id},n${i}`),
      'number',
    );
    expect(rows.slice(0, 2).map(({ name }) => name)).toEqual(['n0', 'n1']);
    await expect(joinedBy('i', ['1,a', '1.0,b', '01,c'], 'number')).rejects.toMatchObject({
      code: 'duplicate-key',
    });
  });

  it.each<[string, string[], Partial<typeof join1>, string, RegExp]>([
    [
      'a key twice',
      [...products, 'i1,9,c9', 'i2,9,c9'],
      {},
      'duplicate-key',
      /"products" has 2 keys more than once, such as "product" = "i1"/,
    ],
    [
      'a column that the table lacks',
      products,
      { columns: { price: 'prize', shade: 'colour' } },
      'missing-column',
      /table "products" has no column "prize" \(did you mean "price"\?\)/,
    ],
    ['a column that the data lacks', products, { on: { item: 'produkt' } }, 'missing-column', /"produkt"/],
    [
      'a column that is there already',
      products,
      { columns: { price: 'price', shade: 'colour', Item: 'colour' } as never },
      'duplicate-column',
      /"Item"/,
    ],
  ])('with %s is refused', async (_what, lines, change, code, says) => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    await writeLines(folder, 'products.csv', lines);
    await expect(
      ingested(folder, {
        source: { uri },
        tables: { products: { uri: 'products.csv' } },
        joins: [{ ...join1, ...change }],
      }),
    ).rejects.toMatchObject({ name: 'TrainerError', code, message: expect.stringMatching(says) as string });
  });

  it('names a table that is there', () => {
    expect(() => datasetSchema.parse({ source: { uri: 'a' }, joins: [join1] })).toThrow(/is \\"products\\"/);
  });

  it('makes the table a part of the data: another table is another version, and its unmatched rows a warning', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    const spec = userItemSpec(uri, { tables: { products: { uri: 'products.csv' } }, joins: [join1] });
    await writeLines(folder, 'products.csv', products);
    const first = await prepared(folder, spec);
    expect(first.warnings.join()).toContain('20 of 100 rows have no match in table "products"');
    expect((await prepared(folder, spec)).reports.map(({ cacheHit }) => cacheHit)).toEqual([
      true,
      true,
      true,
    ]);
    await writeLines(folder, 'products.csv', [...products, 'i9,9,c9']);
    expect((await prepared(folder, spec)).reports[0]?.cacheHit).toBe(false);
  });
});

describe('a derived column', () => {
  const line = {
    text: ' Ab ',
    word: 'lamp',
    n: 7,
    half: 2.5,
    zero: 0,
    at: '2024-03-03T23:30:00-02:00',
    nothing: null as string | null,
    flag: true,
  };
  const c = (column: string) => ({ column });
  const v = (value: string | number | boolean) => ({ value });
  type Step = DerivedColumn extends infer D ? (D extends unknown ? Omit<D, 'name'> : never) : never;

  it.each<[string, Step, unknown]>([
    ['add', { is: 'add', of: [c('n'), c('half')] }, 9.5],
    ['subtract', { is: 'subtract', of: [v(1), c('n')] }, -6],
    ['multiply', { is: 'multiply', of: [c('n'), v(-0.5)] }, -3.5],
    ['divide', { is: 'divide', of: [c('n'), c('half')] }, 2.8],
    ['divide by zero', { is: 'divide', of: [c('n'), c('zero')] }, null],
    ['a product beyond all numbers', { is: 'multiply', of: [v(1e308), v(1e308)] }, null],
    ['a number of a text', { is: 'add', of: [c('word'), c('n')] }, null],
    ['round', { is: 'round', column: 'half' }, 3],
    ['log1p', { is: 'log1p', column: 'n' }, Math.log1p(7)],
    ['lower', { is: 'lower', column: 'text' }, ' ab '],
    ['upper', { is: 'upper', column: 'word' }, 'LAMP'],
    ['trim', { is: 'trim', column: 'text' }, 'Ab'],
    ['substring', { is: 'substring', column: 'word', start: 1, length: 2 }, 'am'],
    ['concat', { is: 'concat', of: [c('word'), c('n'), v('x')], separator: '-' }, 'lamp-7-x'],
    ['concat with null', { is: 'concat', of: [c('word'), c('nothing')], separator: '' }, null],
    ['coalesce of texts', { is: 'coalesce', of: [c('nothing'), c('word')] }, 'lamp'],
    ['coalesce of numbers', { is: 'coalesce', of: [c('n'), v(0.5)] }, 7],
    ['coalesce of a number and a text', { is: 'coalesce', of: [c('n'), v('none')] }, '7'],
    ['year', { is: 'year', column: 'at' }, 2024n],
    ['month', { is: 'month', column: 'at' }, 3n],
    ['day, in UTC', { is: 'day', column: 'at' }, 4n],
    ['weekday, Monday first', { is: 'weekday', column: 'at' }, 1n],
    ['hour, in UTC', { is: 'hour', column: 'at' }, 1n],
    ['hour of what is no time', { is: 'hour', column: 'word' }, null],
    [
      'if',
      { is: 'if', when: { column: 'n', is: 'greater', value: 5 }, use: v('many'), otherwise: v('few') },
      'many',
    ],
    ['if not', { is: 'if', when: { column: 'nothing', is: 'notNull' }, use: c('n'), otherwise: v(-1) }, -1],
    ['values are no SQL', { is: 'coalesce', of: [c('nothing'), v(`x' || 'y`)] }, `x' || 'y`],
  ])('%s', async (_what, step, expected) => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines([line] as never));
    const { rows, columns } = await ingested(folder, {
      source: { uri },
      derive: [{ name: 'a "new" one', ...step }],
    });
    expect(rows[0]?.['a "new" one']).toEqual(expected);
    expect(columns.at(-1)?.type).toMatch(/^(VARCHAR|DOUBLE|BIGINT)$/);
  });

  it('is made of those before it, and filters', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    const { rows } = await ingested(folder, {
      source: { uri },
      derive: [
        { name: 'double', is: 'multiply', of: [{ column: 'at' }, { value: 2 }] },
        { name: 'more', is: 'add', of: [{ column: 'double' }, { value: 1 }] },
      ],
      where: [{ column: 'more', is: 'less', value: 5 }],
      select: ['more'],
    });
    expect(rows).toEqual([{ more: 1 }, { more: 3 }]);
  });

  it('of a column that is not there, or of a name that is, is refused', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    const derive = (name: string, column: string) =>
      ingested(folder, { source: { uri }, derive: [{ name, is: 'lower', column }] });
    await expect(derive('x', 'usr')).rejects.toMatchObject({ code: 'missing-column' });
    await expect(derive('ITEM', 'user')).rejects.toMatchObject({ code: 'duplicate-column' });
  });
});

/** How many rows have each value, null left out. */
function rowsOf(values: readonly unknown[]): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

describe('a sample', () => {
  it('is a share of the rows by what they hold: a row stays when others come', async () => {
    const folder = await temporaryFolder();
    const row = (i: number) => JSON.stringify({ user: `u${i}`, item: i % 2 === 0 ? null : '', n: i });
    const all = Array.from({ length: 4000 }, (_, i) => row(i));
    const sampled = async (lines: string[], seed: number) => {
      const uri = await writeLines(folder, 'rows.jsonl', lines);
      const { rows, rowsRead } = await ingested(folder, { source: { uri }, sample: { share: 0.25, seed } });
      expect(rowsRead).toBe(lines.length);
      return rows.map(({ user }) => user);
    };
    const first = await sampled(all.slice(0, 2000), 1);
    expect(first.length).toBeGreaterThan(430);
    expect(first.length).toBeLessThan(570);
    expect((await sampled(all, 1)).slice(0, first.length)).toEqual(first);
    expect((await sampled(all, 2)).slice(0, first.length)).not.toEqual(first);
  });

  it('by a column takes or leaves all rows of each cleaned value, a derived one too, and draws rows without one by themselves', async () => {
    const folder = await temporaryFolder();
    const blank = (i: number) => (i % 3 === 0 ? ' ' : '');
    const lines = Array.from({ length: 6000 }, (_, i) =>
      JSON.stringify({ user: i < 3000 ? `${blank(i)}u${i % 500}` : null, n: i }),
    );
    const uri = await writeLines(folder, 'rows.jsonl', lines);
    const sampled = async (by: string, order: readonly string[] = lines) => {
      const { rows } = await ingested(folder, {
        source: { uri: order === lines ? uri : await writeLines(folder, 'other.jsonl', [...order]) },
        columns: { user: { trim: true } },
        derive: [{ name: 'shouted', is: 'upper', column: 'user' }],
        sample: { share: 0.3, seed: 7, by },
      });
      return rows;
    };
    const rows = await sampled('user');
    const withoutUser = rows.filter(({ user }) => user === null).length;
    const perUser = rowsOf(rows.map(({ user }) => user));
    expect(perUser.size).toBeGreaterThan(110);
    expect(perUser.size).toBeLessThan(190);
    expect(new Set(perUser.values())).toEqual(new Set([6]));
    expect(withoutUser).toBeGreaterThan(780);
    expect(withoutUser).toBeLessThan(1020);
    const users = (of: typeof rows) => new Set(of.map(({ user }) => user));
    expect(users(await sampled('user', lines.toReversed()))).toEqual(users(rows));
    const derived = rowsOf((await sampled('shouted')).map(({ shouted }) => shouted));
    expect(new Set(derived.values())).toEqual(new Set([6]));
  });

  it('by a column that is not there names those that are', async () => {
    const folder = await temporaryFolder();
    const uri = await writeLines(folder, 'rows.jsonl', jsonLines());
    await expect(
      ingested(folder, { source: { uri }, sample: { share: 0.5, seed: 1, by: 'usr' } }),
    ).rejects.toMatchObject({ code: 'missing-column' });
  });
});
