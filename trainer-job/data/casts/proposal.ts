/** The settings that would read what a cast could not. */
import type { ColumnCleaning } from '@trainyard/shared';
import { identifier, literal, type Database } from '../database.js';
import { textSql } from '../ingest/columns.js';
import { cleanedSql } from './castSql.js';
import type { Reading } from './reading.js';
import { COMMON_TIME_FORMATS, mayRead, orderOf } from './timeFormats.js';

/** So many distinct values are tried; they are drawn by their hash, so that they are not all of one month. */
const TRIED = 1000;
const MAX_FORM = 40;

export interface Unread {
  /** How some of them look: digits as 9, letters as A, three at most. */
  forms: string[];
  /** Settings of `dataset.columns` that read each of them; of several it has to be said which is meant. */
  proposals: Proposal[];
}

export interface Proposal {
  cleaning: ColumnCleaning;
  /** The setting, as a person writes it, and in words what it would mean. */
  setting: string;
  means: string;
}

/** Looks at the values on which the verdict is one of `verdicts`. */
export async function unreadValues(
  database: Database,
  { raw, cleaning }: Reading,
  rawVerdict: string,
): Promise<Unread> {
  await database.run(
    `CREATE OR REPLACE TEMP TABLE trainyard_unread AS SELECT ${identifier('value')} FROM (
      SELECT DISTINCT ${textSql(raw.value)} AS value FROM ${raw.from}
        WHERE ${rawVerdict} IN ('failed', 'implausible'))
      ORDER BY hash(value) LIMIT ${TRIED}`,
  );
  try {
    const forms = await formsOf(database);
    return { forms, proposals: await proposalsOf(database, candidatesFor(cleaning, forms)) };
  } finally {
    await database.run('DROP TABLE trainyard_unread');
  }
}

/** The most frequent ones; what the values hold is nobody's business. */
async function formsOf(database: Database): Promise<string[]> {
  const masked = String.raw`regexp_replace(regexp_replace(left(value, ${MAX_FORM}), '\p{L}', 'A', 'g'), '\p{N}', '9', 'g')`;
  const rows = await database.rows(
    `SELECT form FROM (SELECT ${masked} AS form, count(*) AS values FROM trainyard_unread GROUP BY form)
      ORDER BY values DESC, form LIMIT 3`,
  );
  return rows.map(({ form }) => String(form));
}

/** The candidates that read every value. */
async function proposalsOf(database: Database, candidates: readonly Proposal[]): Promise<Proposal[]> {
  if (candidates.length === 0) return [];
  const counts = await database.counts(
    `SELECT count(*) AS all_values, ${candidates
      .map((candidate, i) => `count(${readSql(candidate.cleaning)}) AS read_${i}`)
      .join(', ')} FROM trainyard_unread`,
  );
  const fitting = candidates.filter((_, i) => counts[`read_${i}`] === counts['all_values']);
  // May is a short name and a long one.
  return fitting.filter(
    ({ setting }) =>
      !fitting.some((other) => other.setting === setting.replace('%B', '%b') && setting.includes('%B')),
  );
}

function readSql(cleaning: ColumnCleaning): string {
  const read = cleanedSql('value', 'VARCHAR', cleaning);
  if (cleaning.cast !== 'timestamp') return read;
  return `CASE WHEN year(${read}) BETWEEN 1900 AND 2099 THEN 1 END`;
}

/** What may read values of these forms: the hundreds of formats would take the database minutes. */
function candidatesFor({ cast, decimal, trim }: Reading['cleaning'], forms: readonly string[]): Proposal[] {
  const proposal = (changes: Partial<ColumnCleaning>, setting: string, means: string): Proposal => ({
    cleaning: { cast, trim, ...changes },
    setting,
    means,
  });
  if (forms.length === 0) return [];
  switch (cast) {
    case 'timestamp':
      return COMMON_TIME_FORMATS.filter((format) => forms.every((form) => mayRead(format, form))).map(
        (format) => proposal({ format }, `format to "${format}"`, orderOf(format)),
      );
    case 'int64':
    case 'float64':
      return [
        ...([',', '.'] as const)
          .filter((sign) => sign !== decimal)
          .map((sign) =>
            proposal(
              { decimal: sign },
              `decimal to "${sign}"`,
              sign === ',' ? 'the comma before decimals' : 'the comma between thousands',
            ),
          ),
        proposal({ cast: 'boolean' }, 'cast to "boolean"', 'truth values, which count as 1 and 0'),
        proposal({ cast: 'timestamp' }, 'cast to "timestamp"', 'times'),
      ];
    case 'boolean':
    case 'string':
      return [];
  }
}

/** Whether the settings read every value of the column. */
export async function readsAll(
  database: Database,
  { raw }: Reading,
  { cleaning }: Proposal,
): Promise<boolean> {
  const unread = `(${raw.value} IS NOT NULL AND ${cleanedSql(raw.value, raw.type, cleaning)} IS NULL)`;
  const { unread: count = 0 } = await database.counts(
    `SELECT count(*) FILTER (${unread}) AS unread FROM ${raw.from}`,
  );
  return count === 0;
}

/** Examples of values that a cast changes, as they are: they are numbers. */
export async function changedExamples(
  database: Database,
  { raw }: Reading,
  rawVerdict: string,
): Promise<string[]> {
  const rows = await database.rows(
    `SELECT value FROM (SELECT DISTINCT left(${textSql(raw.value)}, ${MAX_FORM}) AS value FROM ${raw.from}
      WHERE ${rawVerdict} = ${literal('changed')}) ORDER BY hash(value) LIMIT 3`,
  );
  return rows.map(({ value }) => String(value));
}

/** The least and the greatest number of a column; undefined where it has none. */
export async function numberRange(
  database: Database,
  { raw }: Reading,
): Promise<{ min: number; max: number } | undefined> {
  const number = `try_cast(trim(${textSql(raw.value)}) AS DOUBLE)`;
  const finite = `CASE WHEN isfinite(${number}) THEN ${number} END`;
  const [row = {}] = await database.rows(
    `SELECT min(${finite}) AS min, max(${finite}) AS max FROM ${raw.from}`,
  );
  return typeof row['min'] === 'number' && typeof row['max'] === 'number'
    ? { min: row['min'], max: row['max'] }
    : undefined;
}
