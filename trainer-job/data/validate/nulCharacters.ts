/** Values with a NUL character, which nobody sees: to a lookup they are others than those without it. */
import { runWarning, type RunWarning } from '@trainyard/shared';
import { z } from 'zod';
import { internalName } from '../ingest/columns.js';
import type { Database } from '../database.js';

export const nulCountsSchema = z.array(
  z.strictObject({ column: z.string(), values: z.int(), rows: z.int() }),
);
type NulCounts = z.infer<typeof nulCountsSchema>;

/** Counts in the table or view `rows`, one pass over all of these columns of texts. */
export async function countNuls(
  database: Database,
  columns: readonly { name: string; internal: string }[],
  names: readonly string[],
): Promise<NulCounts> {
  const counted = names.map((name, i) => {
    const value = internalName(columns, name);
    const has = `FILTER (contains(${value}, chr(0)))`;
    return `count(DISTINCT ${value}) ${has} AS v${i}, count(*) ${has} AS n${i}`;
  });
  const found = await database.counts(`SELECT ${counted.join(', ')} FROM rows`);
  return names
    .map((column, i) => ({ column, values: found[`v${i}`] ?? 0, rows: found[`n${i}`] ?? 0 }))
    .filter(({ rows }) => rows > 0);
}

export function nulWarnings(counts: NulCounts): RunWarning[] {
  return counts.map(({ column, values, rows }) => {
    const name = `"${column.replaceAll('"', '""')}"`;
    return runWarning(
      'nul-characters',
      `${values.toLocaleString('en-US')} ${values === 1 ? 'value' : 'values'} of column "${column}" in ${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'} ${values === 1 ? 'holds' : 'hold'} a NUL character: each counts as a value of its own`,
      `correct the file, or set dataset.sql to "SELECT * REPLACE (replace(${name}, chr(0), '') AS ${name}) FROM source"`,
      { values, rows },
    );
  });
}
