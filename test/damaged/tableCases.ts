import type { TrainingSpecInput } from '@trainyard/shared';
import { csv, lines, read, refused, SECRET, type DamagedCase, type Files } from './case.js';

type DatasetInput = TrainingSpecInput['dataset'];
const files = (products: string): Files => ({ 'rows.csv': csv(), 'products.csv': products });
const products = lines('id,price', ...Array.from({ length: 5 }, (_, i) => `i${i},${i}`));
const tables: DatasetInput['tables'] = { products: { uri: 'products.csv' } };
const join = { table: 'products', on: { item: 'id' }, columns: { price: 'price' } };
const joined = (dataset: Partial<DatasetInput> = {}) => ({ dataset: { tables, joins: [join], ...dataset } });

const joins: DamagedCase[] = [
  refused(
    'a key that is there twice',
    files(`${products}i1,7\n`),
    'duplicate-key',
    /table "products" has 1 keys more than once/,
    joined(),
  ),
  refused(
    'a key that is not there',
    files(products),
    'missing-column',
    /table "products" has no column "di"/,
    joined({ joins: [{ ...join, on: { item: 'di' } }] }),
  ),
  refused(
    'a column that is not there',
    files(products),
    'missing-column',
    /table "products" has no column "prize" \(did you mean "price"/,
    joined({ joins: [{ ...join, columns: { price: 'prize' } }] }),
  ),
  refused(
    'a name that is taken',
    files(products),
    'duplicate-column',
    /"at"/,
    joined({ joins: [{ ...join, columns: { at: 'price' } }] }),
  ),
  refused(
    'a name that is taken but for its case',
    files(products),
    'duplicate-column',
    /"AT"/,
    joined({ joins: [{ ...join, columns: { AT: 'price' } }] }),
  ),
  refused(
    'the same columns brought twice',
    files(products),
    'invalid-spec',
    /"price"/,
    joined({ joins: [join, join] }),
  ),
  refused('a table that is not there', { 'rows.csv': csv() }, 'source-not-found', /products\.csv/, joined()),
  refused(
    'a table that is empty',
    { 'rows.csv': csv(), 'products.csv': '' },
    'empty-file',
    /products\.csv/,
    joined(),
  ),
  refused(
    'a table that is damaged',
    files(`${products}${SECRET},1,2\n`),
    'unreadable-source',
    /products\.csv/,
    joined(),
  ),
  refused(
    'a table without rows, joined so that no row is left',
    files('id,price\n'),
    'no-rows-left',
    /has a match in table products/,
    joined({ joins: [{ ...join, kind: 'inner' }] }),
  ),
  read('a table without rows', files('id,price\n'), 100, {
    ...joined(),
    warns: /100 of 100 rows have no match/,
  }),
  read('keys that are null twice, which match nothing', files(`${products},1\n,2\n`), 100, joined()),
  read(
    'a table joined with itself, by way of another',
    { ...files(products), 'more.csv': lines('price,name', '1,one', '2,two') },
    100,
    {
      dataset: {
        tables: { ...tables, more: { uri: 'more.csv' } },
        joins: [join, { table: 'more', on: { price: 'price' }, columns: { name: 'name' } }],
      },
      warns: /60 of 100 rows have no match in table "more"/,
    },
  ),
  refused(
    'a join by a column that a later one brings',
    { ...files(products), 'more.csv': lines('price,name', '1,one') },
    'missing-column',
    /"price"/,
    {
      dataset: {
        tables: { ...tables, more: { uri: 'more.csv' } },
        joins: [{ table: 'more', on: { price: 'price' }, columns: { name: 'name' } }, join],
      },
    },
  ),
  read(
    'names that are SQL',
    { ...files(products), 'products.csv': lines(`"i""d; DROP TABLE x; --",price`, 'i0,1') },
    100,
    {
      ...joined({ joins: [{ ...join, on: { item: 'i"d; DROP TABLE x; --' } }] }),
      warns: /80 of 100/,
    },
  ),
];

const sql = (name: string, text: string, says = /dataset\.sql does not run/) =>
  refused(name, files(products), 'bad-sql', says, { dataset: { tables, sql: text } });

const ownSql: DamagedCase[] = [
  sql('a statement that writes', 'DROP TABLE source', /one SELECT/),
  sql('two statements', 'SELECT * FROM source; SELECT 1', /one SELECT/),
  sql('a statement hidden behind a comment', 'SELECT 1; --\nDROP VIEW source', /one SELECT/),
  sql('a COPY', `COPY source TO '/tmp/trainyard-stolen.csv'`),
  sql('an ATTACH', `ATTACH '/tmp/other.duckdb' AS o`, /one SELECT/),
  sql('an INSTALL', 'INSTALL httpfs', /one SELECT/),
  sql('a PRAGMA', 'PRAGMA database_list', /./),
  sql('a setting', `SET memory_limit = '99GB'`, /one SELECT/),
  sql('a way out by a bracket', `SELECT * FROM source) TO '/tmp/trainyard-stolen.csv'; --`),
  sql('another file', `SELECT * FROM read_csv('/etc/passwd')`),
  sql('another file, as text', `SELECT content FROM read_text('/etc/hostname')`),
  sql('another file, by its name alone', `SELECT * FROM '/etc/passwd.csv'`),
  sql('a pattern of files', `SELECT * FROM glob('/**')`),
  sql('the network', `SELECT * FROM read_csv('https://example.com/rows.csv')`),
  sql('a table that is not there', 'SELECT * FROM sauce'),
  sql('a column that is not there', 'SELECT usr FROM source'),
  sql('no SQL', 'hello'),
  sql('half a SELECT', 'SELECT * FROM source WHERE', /./),
  sql('a text that is not closed', "SELECT 'a FROM source", /./),
  sql(
    'a cast that fails, without quoting the value',
    `SELECT CAST('${SECRET}' || at AS INTEGER) FROM source`,
    /dataset\.sql does not run/,
  ),
  sql('an error of its own', "SELECT error('stop') FROM source"),
  refused('no rows', files(products), 'no-rows', /no rows/, {
    dataset: { tables, sql: 'SELECT * FROM source WHERE false' },
  }),
  refused('the columns of an aggregate', files(products), 'missing-column', /"user"/, {
    dataset: { tables, sql: 'SELECT count(*) AS n FROM source' },
  }),
  read('a comment at its end', files(products), 100, {
    dataset: { tables, sql: 'SELECT * FROM source -- all' },
  }),
  read('a semicolon at its end', files(products), 100, { dataset: { tables, sql: 'SELECT * FROM source;' } }),
  read('a join of its own', files(products), 80, {
    dataset: { tables, sql: "SELECT s.* FROM source s JOIN products p ON s.item = p.id WHERE p.price > '0'" },
  }),
  read('a name twice', files(products), 100, {
    dataset: { tables, sql: 'SELECT *, 1 AS twice, 2 AS twice FROM source' },
  }),
];

const shaping = (name: string, dataset: Partial<DatasetInput>, code: string, says: RegExp) =>
  refused(name, files(products), code, says, { dataset });

const shapes: DamagedCase[] = [
  shaping(
    'a rename of what is not there',
    { rename: { a: 'usr' } },
    'missing-column',
    /"usr" \(did you mean "user"/,
  ),
  shaping('a rename to what is there', { rename: { item: 'user' } }, 'invalid-spec', /"item"/),
  read('a rename of two columns into each other', files(products), 100, {
    dataset: { rename: { user: 'item', item: 'user' } },
    first: [{ user: 'i0', item: 'u0' }],
  }),
  shaping('a cast of what is not there', { columns: { att: { cast: 'int64' } } }, 'missing-column', /"att"/),
  shaping(
    'a condition on what is not there',
    { where: [{ column: 'att', is: 'notNull' }] },
    'missing-column',
    /"att"/,
  ),
  shaping(
    'a condition in SQL',
    { where: [{ column: 'user" IS NULL OR 1=1 --', is: 'notNull' }] },
    'missing-column',
    /1=1/,
  ),
  shaping(
    'a value in SQL',
    { where: [{ column: 'user', is: 'equal', value: "' OR 1=1 --" }] },
    'no-rows-left',
    /fails for 100/,
  ),
  shaping(
    'a derived column of what is not there',
    { derive: [{ name: 'x', is: 'lower', column: 'usr' }] },
    'missing-column',
    /"usr"/,
  ),
  shaping(
    'a derived column of one that comes later',
    {
      derive: [
        { name: 'x', is: 'lower', column: 'y' },
        { name: 'y', is: 'lower', column: 'user' },
      ],
    },
    'invalid-spec',
    /"y"/,
  ),
  shaping(
    'a derived column of itself',
    { derive: [{ name: 'x', is: 'lower', column: 'x' }] },
    'invalid-spec',
    /"x"/,
  ),
  shaping(
    'a derived column with a name that is there',
    { derive: [{ name: 'USER', is: 'lower', column: 'user' }] },
    'duplicate-column',
    /"USER"/,
  ),
  shaping('a selection without the id', { select: ['item', 'at'] }, 'invalid-spec', /"user"/),
  shaping(
    'a sample that leaves nothing',
    { sample: { share: 1e-9 } },
    'no-rows-left',
    /in the sample of 1e-9 fails for 100|sample/,
  ),
  read('a division by zero, which is null', files(products), 100, {
    dataset: { derive: [{ name: 'x', is: 'divide', of: [{ column: 'at' }, { value: 0 }] }] },
    first: [{ x: null }],
  }),
  read('a product beyond all numbers, which is null', files(products), 100, {
    dataset: { derive: [{ name: 'x', is: 'multiply', of: [{ value: 1e308 }, { value: 1e308 }] }] },
    first: [{ x: null }],
  }),
  read('the logarithm of what has none, which is null', files(products), 100, {
    dataset: {
      derive: [
        { name: 'y', is: 'subtract', of: [{ column: 'at' }, { value: 9 }] },
        { name: 'x', is: 'log1p', column: 'y' },
      ],
    },
    first: [{ x: null }],
  }),
];

export const tableCases: DamagedCase[] = [
  ...joins.map((one) => ({ ...one, name: `joins: ${one.name}` })),
  ...ownSql.map((one) => ({ ...one, name: `SQL: ${one.name}` })),
  ...shapes.map((one) => ({ ...one, name: `shaping: ${one.name}` })),
];
