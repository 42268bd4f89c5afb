import { withDatabase } from '../../../trainer-job/data/database.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** 100 purchases: user i % 7, item i % 5, at = i. */
export const purchases = Array.from({ length: 100 }, (_, i) => ({
  user: `u${i % 7}`,
  item: `i${i % 5}`,
  at: i,
}));

export const csvLines = ['user,item,at', ...purchases.map(({ user, item, at }) => `${user},${item},${at}`)];

export const byTime = { split: { strategy: 'time' as const, column: 'at' } };

export function jsonLines(rows: readonly object[] = purchases): string[] {
  return rows.map((row) => JSON.stringify(row));
}

/** Runs one statement in a database that is gone afterwards. */
export async function sql(statement: string): Promise<Record<string, unknown>[]> {
  return withDatabase(await temporaryFolder(), (database) => database.rows(statement));
}

/** Writes the rows of a query to `file`, and returns it. */
export async function writeParquet(file: string, select: string): Promise<string> {
  await sql(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  return file;
}
