import type { Database } from '../../database.js';
import { MAX_TEXT } from '@trainyard/shared/profile/profile';
import { MAX_EXAMPLES } from '@trainyard/shared/profile/validation';
import { examplesOf, type RowResult } from './rowResult.js';

/** Rows that are there again, beyond the first of their values. Rows with a null among them count as different. */
export async function repeatedRows(database: Database, columns: readonly string[]): Promise<RowResult> {
  const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  await database.run(
    `CREATE OR REPLACE TEMP TABLE repeated AS SELECT ${columns.join(', ')}, count(*) AS n, min(row) AS row FROM rows
      WHERE ${present} GROUP BY ${columns.join(', ')} HAVING count(*) > 1`,
  );
  const counts = await database.counts(
    `SELECT (SELECT coalesce(sum(n - 1), 0) FROM repeated) AS again, (SELECT count(*) FROM rows WHERE ${present}) AS total`,
  );
  const shown = columns.map((column) => `CAST(${column} AS VARCHAR)`).join(", ', ', ");
  const examples = await examplesOf(
    database,
    `SELECT row, left(concat(${shown}), ${MAX_TEXT - 30}) || ' (' || n || ' times)' AS value FROM repeated
      ORDER BY n DESC, row LIMIT ${MAX_EXAMPLES}`,
  );
  await database.run('DROP TABLE repeated');
  return { count: counts['again'] ?? 0, total: counts['total'] ?? 0, examples };
}
