/** The one reader of times: of columns of times, of numbers since 1970, and of texts. */
import { PER_SECOND, TELLING_SECONDS, TIME_UNITS, type TimeUnit } from '@trainyard/shared';
import { textSql } from '../ingest/columns.js';
import { literal } from '../database.js';

/** How the times of a column are written, as far as the specification says. */
export interface TimeForm {
  unit?: TimeUnit | undefined;
  format?: string | readonly string[] | undefined;
}

const TIME_TYPE = /^(DATE$|TIMESTAMP)/;
const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL)/;

export function isTimeType(type: string): boolean {
  return TIME_TYPE.test(type);
}

export function isNumberType(type: string): boolean {
  return NUMBER_TYPE.test(type);
}

/** Seconds since 1970 from which and below which a time can be meant: the years 1900 to 2099. */
export const PLAUSIBLE_SECONDS = { from: -2_208_988_800, below: 4_102_444_800 } as const;

/** Years of four digits in any order but the year's first place; without a zone, which DuckDB would carry over to later rows. */
const LOCAL = '\\d{4}[-/ ]\\d{1,2}[-/ ]\\d{1,2}([T ] *\\d{1,2}:\\d{2}(:\\d{2}([.,]\\d+)?)?)?';
const ZONED = '^(\\d{4}[-/ ]|[+-]?infinity$)';

/**
 * SQL of a value as a TIMESTAMP in UTC; null where it is no time, and for a number that is one only in years that nobody means. A
 * number without a unit is in the one that its size tells.
 */
export function timeSql(source: string, type: string, { unit, format }: TimeForm): string {
  if (isTimeType(type)) return `CAST(${source} AS TIMESTAMP)`;
  if (format !== undefined) return formattedSql(source, format);
  if (isNumberType(type)) return ofNumberSql(`CAST(${source} AS DOUBLE)`, unit);
  const text = `trim(CAST(${source} AS VARCHAR))`;
  const number = numberInText(text);
  return `CASE WHEN ${number} IS NOT NULL THEN ${ofNumberSql(number, unit)} ELSE ${isoSql(text)} END`;
}

/** SQL of the verdict on a value that is read as a time. */
export function timeVerdictSql(source: string, type: string, form: TimeForm): string {
  const time = timeSql(source, type, form);
  const ofText = `CASE WHEN ${source} IS NOT NULL THEN (CASE WHEN ${time} IS NULL THEN 'failed' ELSE 'ok' END) END`;
  if (isTimeType(type) || form.format !== undefined) return ofText;
  if (isNumberType(type)) return unitVerdictSql(`CAST(${source} AS DOUBLE)`, form.unit);
  const number = numberInText(`trim(CAST(${source} AS VARCHAR))`);
  return `CASE WHEN ${number} IS NOT NULL THEN ${unitVerdictSql(number, form.unit)} ELSE ${ofText} END`;
}

/** SQL of the verdict on a number that is a time: its unit where none is given. */
export function unitVerdictSql(number: string, unit: TimeUnit | undefined): string {
  const isIn = (candidate: TimeUnit) => isInUnit(number, candidate);
  if (unit === undefined) {
    const whens = TIME_UNITS.map((candidate) => `WHEN ${isIn(candidate)} THEN ${literal(candidate)}`);
    return `CASE WHEN ${number} IS NULL THEN NULL ${whens.join(' ')} ELSE 'implausible' END`;
  }
  const others = TIME_UNITS.filter((candidate) => candidate !== unit).map(isIn);
  return `CASE WHEN ${number} IS NULL THEN NULL WHEN ${others.join(' OR ')} OR NOT ${isPlausible(number, unit)}
    THEN 'implausible' ELSE 'ok' END`;
}

/** SQL that is true where the size of a number tells this unit. */
function isInUnit(number: string, unit: TimeUnit): string {
  const { from, below } = TELLING_SECONDS;
  const per = PER_SECOND[unit];
  return `(${number} >= ${from * per} AND ${number} < ${below * per})`;
}

function isPlausible(number: string, unit: TimeUnit): string {
  const { from, below } = PLAUSIBLE_SECONDS;
  const per = PER_SECOND[unit];
  return `(${number} >= ${from * per} AND ${number} < ${below * per})`;
}

/** SQL of the finite number that a text writes; null for every other text. */
function numberInText(text: string): string {
  const number = `try_cast(${text} AS DOUBLE)`;
  return `CASE WHEN isfinite(${number}) THEN ${number} END`;
}

function ofNumberSql(number: string, unit: TimeUnit | undefined): string {
  const micros = (of: TimeUnit) =>
    `make_timestamp(CAST(round(${number} * ${1e6 / PER_SECOND[of]}) AS BIGINT))`;
  if (unit !== undefined) return `CASE WHEN ${isPlausible(number, unit)} THEN ${micros(unit)} END`;
  const whens = TIME_UNITS.map(
    (candidate) => `WHEN ${isInUnit(number, candidate)} THEN ${micros(candidate)}`,
  );
  return `CASE ${whens.join(' ')} END`;
}

function isoSql(text: string): string {
  return sinceYear1000(`CASE WHEN regexp_full_match(${text}, ${literal(LOCAL)}) THEN try_cast(replace(${text}, ',', '.') AS TIMESTAMP)
    WHEN regexp_matches(${text}, ${literal(ZONED)}) THEN CAST(try_cast(${text} AS TIMESTAMPTZ) AS TIMESTAMP) END`);
}

function formattedSql(source: string, format: string | readonly string[]): string {
  const formats = [format].flat().map((one) => literal(one));
  return sinceYear1000(`CAST(try_strptime(trim(${textSql(source)}), [${formats.join(', ')}]) AS TIMESTAMP)`);
}

/** The two digits of a year that are read as four give a year that nobody means. */
function sinceYear1000(time: string): string {
  return `CASE WHEN ${time} >= TIMESTAMP '1000-01-01' THEN ${time} END`;
}
