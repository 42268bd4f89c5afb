/** One list at the terminal leaves out the items that the lists of many leave out: `--where` is read in two languages. */
import { conditionSchema, type Condition } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemWhere, type ItemColumn } from '../../local/commands/lists/itemWhere.js';
import { identifier, literal, withDatabase, type Database } from '../../trainer-job/data/database.js';
import { textSql } from '../../trainer-job/data/ingest/columns.js';
import { conditionSql } from '../../trainer-job/data/ingest/conditions.js';
import { typesOf } from '../../trainer-job/data/source/openRows.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

/** By the names of columns, values as SQL and others to compare them with. */
const COLUMNS: Readonly<Record<string, { type: string; values: readonly string[] }>> = {
  name: {
    type: 'VARCHAR',
    values: [
      'ab',
      'Ab',
      '',
      ' 12',
      '12.5',
      '007',
      'true',
      'é',
      '\u{1F600}',
      '\uFFFD',
      'z',
      '1e3',
      'no',
      'a\0b',
      '-inf',
      'Infinity',
      '1e999',
      '1_000',
      '1_0.5_0',
      '1__0',
      '1_',
      'nan',
    ],
  },
  stock: { type: 'BIGINT', values: ['0', '-7', '9', '10', '9007199254740991'] },
  code: {
    type: 'BIGINT',
    values: ['76561197960287936', '76561197960287937', '-9007199254740993', '9007199254740992', '7'],
  },
  long: { type: 'DECIMAL(38,0)', values: ['12345678901234567890123', '12345678901234567890124', '0', '-5'] },
  price: { type: 'DOUBLE', values: ['0.1', '12.5', '-3', '1e300', '10', 'inf', '-inf'] },
  cost: { type: 'DECIMAL(9,2)', values: ['0.10', '12.50', '-3.00', '10'] },
  isNew: { type: 'BOOLEAN', values: ['true', 'false'] },
  day: { type: 'DATE', values: ['2024-01-02', '1969-12-31', '2026-11-01', 'infinity'] },
  at: {
    type: 'TIMESTAMP',
    values: [
      '2024-01-02 03:04:05',
      '2024-01-02 03:04:05.678901',
      '2024-01-02 03:04:05.678',
      '1969-12-31',
      '-infinity',
    ],
  },
};
const NAMES = Object.keys(COLUMNS);
const MORE = [
  'TRUE',
  ' Yes ',
  'F',
  '0',
  '2024-01-02T03:04:05Z',
  '2024-01-02T05:04:05.678+02:00',
  'nothing',
  '2024-13-01',
  '2024-01',
  '+76561197960287937 ',
  '9'.repeat(40),
];
const NUMBERS = [0, 9.5, 12.5, 10, -7, 1, 2 ** 60, 1e300];
const SCALARS = [...Object.values(COLUMNS).flatMap(({ values }) => values), ...MORE, ...NUMBERS, true, false];

const condition: fc.Arbitrary<Condition> = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom('equal', 'notEqual', 'greater', 'greaterOrEqual', 'less', 'lessOrEqual', 'in', 'notNull'),
    fc.array(fc.constantFrom(...SCALARS), { minLength: 1, maxLength: 3 }),
  )
  .map(([column, is, values]) =>
    conditionSchema.parse({
      column,
      is,
      ...(is === 'in' ? { values } : is === 'notNull' ? {} : { value: values[0] }),
    }),
  );

/** Each column's values in turn, and each is missing once. */
async function tableOf(database: Database): Promise<{ types: Map<string, string>; rows: number }> {
  const rows = 1 + Math.max(...Object.values(COLUMNS).map(({ values }) => values.length));
  const selects = Array.from({ length: rows }, (_, row) => {
    const cells = Object.entries(COLUMNS).map(([name, { type, values }]) => {
      const value = row === 0 ? 'NULL' : literal(values[row % values.length] ?? '');
      return `CAST(${value} AS ${type}) AS ${identifier(name)}`;
    });
    return `SELECT ${row} AS n, ${cells.join(', ')}`;
  });
  await database.run(`CREATE TABLE items AS ${selects.join(' UNION ALL ')}`);
  return { types: await typesOf(database, 'SELECT * FROM items'), rows };
}

describe('--where of one list', () => {
  it('holds for the items for which it holds in the lists of many, and refuses what they refuse', async () => {
    const folder = await temporaryFolder();
    await withDatabase(folder, async (database) => {
      const { types, rows } = await tableOf(database);
      const columns = new Map<string, ItemColumn>();
      for (const name of NAMES) {
        const found = await database.rows(
          `SELECT ${textSql(identifier(name))} AS text FROM items ORDER BY n`,
        );
        const texts = found.map(({ text }) => text as string | null);
        columns.set(name, { type: types.get(name) ?? '', textAt: (place) => texts[place] ?? null });
      }
      const ofMany = async (asked: Condition) => {
        const sql = conditionSql(asked, identifier(asked.column), types.get(asked.column) ?? '', '--where');
        const found = await database.rows(`SELECT n FROM items WHERE ${sql} ORDER BY n`);
        return found.map(({ n }) => Number(n));
      };
      const ofOne = async (asked: Condition) => {
        const meets = itemWhere([asked], columns);
        return Array.from({ length: rows }, (_, place) => place).filter(meets);
      };
      const told = (ask: (asked: Condition) => Promise<number[]>, asked: Condition) =>
        ask(asked).catch((error: unknown) => {
          // The words differ behind what was compared.
          if (error instanceof Error && error.message.startsWith('--where')) return 'refused';
          throw error;
        });
      await fc.assert(
        fc.asyncProperty(condition, async (asked) => {
          expect(await told(ofOne, asked)).toEqual(await told(ofMany, asked));
        }),
        { numRuns: 300 },
      );
    });
  });
});
