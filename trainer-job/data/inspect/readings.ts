/** As what the values of a column can be read: a file of texts does not say that it holds numbers or times. */
import type { ColumnCleaning } from '@trainyard/shared';
import { castVerdictSql } from '../casts/castSql.js';
import { unreadValues } from '../casts/proposal.js';
import type { Reading } from '../casts/reading.js';
import type { Database } from '../database.js';
import { basicType, isWhole, type RowsColumn } from '../validate/profile/columnSql.js';

type Cast = NonNullable<ColumnCleaning['cast']>;

/** What is tried with a column of this type, the most telling first. */
function castsFor(type: string): readonly Cast[] {
  switch (basicType(type)) {
    case 'text':
      return ['int64', 'float64', 'timestamp'];
    case 'number':
      return isWhole(type) ? ['timestamp'] : ['int64', 'timestamp'];
    case 'time':
    case 'boolean':
    case 'nested':
      return [];
  }
}

/** The settings that read each value of the column, and change none. The column has values. */
export async function readingsOf(database: Database, column: RowsColumn): Promise<ColumnCleaning[]> {
  const found: ColumnCleaning[] = [];
  for (const cast of castsFor(column.type)) {
    // Who is a whole number is a number as well, and needs to be told only once.
    if (cast === 'float64' && found.length > 0) continue;
    found.push(...(await readingsBy(database, column, cast)));
  }
  return found;
}

async function readingsBy(database: Database, column: RowsColumn, cast: Cast): Promise<ColumnCleaning[]> {
  const { name, internal, type } = column;
  const cleaning = { cast, trim: false };
  const verdict = castVerdictSql(internal, type, cleaning);
  const verdicts = await database.rows(
    `SELECT ${verdict} AS verdict, count(*) AS n FROM rows WHERE ${internal} IS NOT NULL GROUP BY ALL`,
  );
  if (verdicts.length === 0) return [];
  const words = verdicts.map((row) => String(row['verdict']));
  // Times of numbers are all in one unit, of texts all are read.
  if (words.length === 1 && words[0] !== 'failed' && words[0] !== 'changed' && words[0] !== 'implausible')
    return [cleaning];
  if (cast !== 'timestamp' || basicType(type) !== 'text' || !words.includes('failed')) return [];
  const reading: Reading = {
    name,
    source: name,
    cleaning: { ...cleaning },
    verdict,
    raw: { from: 'rows', value: internal, type },
  };
  const { proposals } = await unreadValues(database, reading, verdict);
  const fitting: ColumnCleaning[] = [];
  for (const proposal of proposals) {
    const { unread = 0 } = await database.counts(
      `SELECT count(*) AS unread FROM rows WHERE ${internal} IS NOT NULL AND ${castVerdictSql(internal, type, proposal.cleaning)} <> 'ok'`,
    );
    if (unread === 0) fitting.push(proposal.cleaning);
  }
  return fitting;
}
