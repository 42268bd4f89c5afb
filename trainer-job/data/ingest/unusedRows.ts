/** Rows of joined tables that no row of the data asks for: a catalogue may be larger than what anybody has bought. */
import { z } from 'zod';
import { identifier, type Database } from '../database.js';
import { textSql } from './columns.js';
import { joinKeySql } from './join.js';
import { keptSql, type ShapedTable } from './shape.js';

export const unusedRowsSchema = z.strictObject({
  table: z.string(),
  /** The columns of the rows that the table is joined by. */
  on: z.array(z.string()),
  /** Rows of the table with a key. */
  rows: z.int(),
  /** Those of them whose key no row has that is kept. */
  unused: z.int(),
  /** The key of one of them, its columns with commas between. */
  example: z.string().nullable(),
});
type UnusedRows = z.infer<typeof unusedRowsSchema>;

/** Of each joined table, in the order of the specification. */
export async function unusedRows(
  database: Database,
  { sql, conditions, unmatched }: Pick<ShapedTable, 'sql' | 'conditions' | 'unmatched'>,
): Promise<UnusedRows[]> {
  const found: UnusedRows[] = [];
  for (const { keys } of unmatched) {
    const { table, pairs, compare, theirs } = keys;
    const mine = pairs.map(({ mine: name }, i) => `${identifier(name)} AS k${i}`);
    const equal = pairs.map((pair, i) =>
      joinKeySql(`a.k${i}`, `t.${identifier(pair.theirs)}`, pair, compare),
    );
    const given = pairs.map(({ theirs: name }) => `t.${identifier(name)} IS NOT NULL`);
    const shown = pairs.map(({ theirs: name }) => textSql(`t.${identifier(name)}`));
    const [row = {}] = await database.rows(
      `WITH a AS MATERIALIZED (SELECT DISTINCT ${mine.join(', ')} FROM ${sql} WHERE ${keptSql(conditions)}),
        asked AS (
          SELECT concat_ws(', ', ${shown.join(', ')}) AS key, EXISTS (SELECT 1 FROM a WHERE ${equal.join(' AND ')}) AS used
          FROM ${theirs} AS t WHERE ${given.join(' AND ')})
      SELECT count(*) AS rows, count(*) FILTER (NOT used) AS unused, min(key) FILTER (NOT used) AS example FROM asked`,
    );
    const example = typeof row['example'] === 'string' ? row['example'].slice(0, 100) : null;
    const on = pairs.map(({ mine: name }) => name);
    found.push({ table, on, rows: Number(row['rows']), unused: Number(row['unused']), example });
  }
  return found;
}
