/** Values with a NUL character, which nobody sees: to a lookup they are others than those without it. */
import { runWarning, type RunWarning, whole } from '@trainyard/shared';
import { z } from 'zod';
import { identifier, type Database } from '../database.js';

export const nulCountsSchema = z.strictObject({ values: z.int(), rows: z.int() });
type NulCounts = z.infer<typeof nulCountsSchema>;

/** Counts in a table of the values `v` of a column of texts, each of which stands in `n` rows. */
export async function countNuls(database: Database, table: string): Promise<NulCounts> {
  const { values = 0, rows = 0 } = await database.counts(
    `SELECT count(*) AS values, coalesce(sum(n), 0) AS rows FROM ${table} WHERE contains(v, chr(0))`,
  );
  return { values, rows };
}

export function nulWarning(column: string, { values, rows }: NulCounts): RunWarning {
  const name = identifier(column);
  return runWarning(
    'nul-characters',
    `${whole(values)} ${values === 1 ? 'value' : 'values'} of column "${column}" in ${whole(rows)} ${rows === 1 ? 'row' : 'rows'} ${values === 1 ? 'holds' : 'hold'} a NUL character: each counts as a value of its own`,
    `correct the file, or set dataset.sql to "SELECT * REPLACE (replace(${name}, chr(0), '') AS ${name}) FROM source"`,
    { values, rows },
  );
}
