/** Rows of joined tables that no row of the data asks for: a catalogue may be larger than what anybody has bought. */
import { identifier, type Database } from '../database.js';
import { textSql } from './columns.js';
import { joinKeySql } from './join.js';
import type { ShapedTable } from './shape.js';

export interface UnusedRows {
  table: string;
  /** The columns of the rows that the table is joined by. */
  on: string[];
  /** Rows of the table with a key. */
  rows: number;
  /** Those of them whose key no row has that is kept. */
  unused: number;
  /** The key of one of them, its columns with commas between. */
  example: string | null;
}

/** Of each joined table, in the order of the specification. */
export async function unusedRows(
  database: Database,
  { sql, conditions, unmatched }: Pick<ShapedTable, 'sql' | 'conditions' | 'unmatched'>,
): Promise<UnusedRows[]> {
  const kept = conditions.map((condition) => `(${condition.sql})`).join(' AND ') || 'true';
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
      `WITH a AS MATERIALIZED (SELECT DISTINCT ${mine.join(', ')} FROM ${sql} WHERE ${kept}),
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
