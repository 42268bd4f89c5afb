/** A column of the ingested rows as times: whatever asks for times of it gets them here. */
import {
  PER_SECOND,
  TIME_UNITS,
  unitOfNumber,
  type FeatureOf,
  type TimeUnit,
  ownValue,
} from '@trainyard/shared';
import { isNumberType, isTimeType, PLAUSIBLE_SECONDS, unitVerdictSql } from '../casts/timeSql.js';
import { verdictCountsOf, verdictCountsSql, type VerdictCounts } from '../casts/verdict.js';
import { noneInOneUnit } from '../casts/words.js';
import type { Database } from '../database.js';
import { internalName } from '../ingest/columns.js';
import type { IngestOutcome } from '../ingest/ingest.js';
import { TrainerError } from '../../errors/trainerError.js';

/**
 * What times are read for. `instants`: how long before others they are, which one in a year that nobody means would spoil for all.
 * `parts`: each for itself. `order`: only which comes first, so that numbers may be no times at all, if they are not of two units.
 * `turns`: how far numbers are in periods of their own unit, where none of them is a time.
 */
export type TimeUse = 'instants' | 'parts' | 'order' | 'turns';

export interface TimeColumn {
  /** SQL of the seconds since 1970; null where there is no time. */
  seconds: string;
  /** The unit of the numbers that the times are, or were before they were cast; undefined where they never were numbers of a unit. */
  unit?: TimeUnit | undefined;
}

/** Periods of their own length can be meant of numbers that are no times; hours and weekdays are of times alone. */
export function useOfPeriods({ periods }: Pick<FeatureOf<'cyclical'>, 'periods'>): TimeUse {
  return periods.every((period) => typeof period === 'number') ? 'turns' : 'parts';
}

type Ingested = Pick<IngestOutcome, 'columns' | 'timeUnits'>;

/** Reads a column of the view `rows`. Fails with a `TrainerError` where it has no times, or some that nobody means. */
export async function timeColumn(
  database: Database,
  ingested: Ingested,
  column: string,
  use: TimeUse,
): Promise<TimeColumn> {
  const { type } = ingested.columns.find(({ name }) => name === column) ?? { type: 'VARCHAR' };
  const value = internalName(ingested.columns, column);
  const given = ownValue(ingested.timeUnits, column);
  if (isTimeType(type)) {
    const seconds = `epoch(CAST(${value} AS TIMESTAMP))`;
    if (use === 'instants') await checkYears(database, column, value, seconds);
    return { seconds, unit: given };
  }
  if (!isNumberType(type)) throw noTimes(column, type);
  const number = `CAST(${value} AS DOUBLE)`;
  const finite = `CASE WHEN isfinite(${number}) THEN ${number} END`;
  const counts = await database.rows(
    `SELECT min(${finite}) AS min, max(${finite}) AS max, ${verdictCountsSql(unitVerdictSql(finite, given), 'n').join(', ')} FROM rows`,
  );
  const [row = {}] = counts;
  const range = { min: Number(row['min']), max: Number(row['max']) };
  const verdicts = verdictCountsOf(
    Object.fromEntries(Object.entries(row).map(([name, found]) => [name, Number(found)])),
    'n',
  );
  const unit = given ?? unitOf(column, verdicts, range, use);
  if (given !== undefined && verdicts.implausible > 0) throw implausible(column, given, verdicts, range);
  return { seconds: unit === undefined ? number : `(${number} / ${PER_SECOND[unit]})`, unit };
}

/** The unit that all numbers tell; undefined where they are no times and only their order counts. */
function unitOf(
  column: string,
  verdicts: VerdictCounts,
  range: { min: number; max: number },
  use: TimeUse,
): TimeUnit | undefined {
  const units = TIME_UNITS.filter((unit) => verdicts[unit] > 0);
  if (units.length === 1 && (verdicts.implausible === 0 || use === 'order')) return units[0];
  if (units.length === 0 && (verdicts.implausible === 0 || use === 'order' || use === 'turns'))
    return undefined;
  throw implausible(column, undefined, verdicts, range);
}

/** Texts of ISO 8601, or of numbers, are read as a request's are; `texts` are the distinct ones of the column. */
export function unitOfTexts(
  column: string,
  texts: readonly string[],
  given: TimeUnit | undefined,
  use: TimeUse,
): TimeUnit | undefined {
  if (given !== undefined) return given;
  const counts: Record<string, number> = {};
  let [min, max] = [Infinity, -Infinity];
  for (const text of texts) {
    const number = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(number)) continue;
    [min, max] = [Math.min(min, number), Math.max(max, number)];
    const name = `n_${unitOfNumber(number) ?? 'implausible'}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return unitOf(column, verdictCountsOf(counts, 'n'), { min, max }, use);
}

async function checkYears(database: Database, column: string, value: string, seconds: string): Promise<void> {
  const { from, below } = PLAUSIBLE_SECONDS;
  const [row = {}] = await database.rows(
    `SELECT count(*) FILTER (NOT (isfinite(${value}) AND ${seconds} >= ${from} AND ${seconds} < ${below})) AS outside,
      CAST(min(${value}) AS VARCHAR) AS min, CAST(max(${value}) AS VARCHAR) AS max FROM rows WHERE ${value} IS NOT NULL`,
  );
  const outside = Number(row['outside']);
  if (outside === 0) return;
  throw problem(
    'implausible-times',
    `column "${column}" has times from ${String(row['min'])} to ${String(row['max'])}: ${outside} of them are not in the years 1900 to 2099, and all others would be measured against them`,
    `correct dataset.columns["${column}"].format or unit, or leave such rows out by dataset.where`,
  );
}

function implausible(
  column: string,
  unit: TimeUnit | undefined,
  verdicts: VerdictCounts,
  range: { min: number; max: number },
): TrainerError {
  const { message, remedy } = noneInOneUnit(column, unit, verdicts, range);
  return problem('implausible-times', message, remedy);
}

function noTimes(column: string, type: string): TrainerError {
  return problem(
    'not-a-time',
    `column "${column}" is ${type}; times are needed, or numbers of seconds, milliseconds, microseconds or nanoseconds since 1970`,
    `set dataset.columns["${column}"].cast to "timestamp", which reads times of ISO 8601 and numbers since 1970 (others need their format), or name the right column`,
  );
}

function problem(code: 'implausible-times' | 'not-a-time', message: string, remedy: string): TrainerError {
  return new TrainerError(code, message, remedy, { stage: 'transform' });
}
