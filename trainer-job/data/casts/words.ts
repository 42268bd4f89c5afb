/** Sentences on times that are numbers, the same wherever such a column is read. */
import {
  PER_SECOND,
  TELLING_SECONDS,
  TIME_UNITS,
  TIME_UNIT_WORDS,
  type TimeUnit,
  whole,
} from '@trainyard/shared';
import { identifier } from '../database.js';
import { presentOf, type VerdictCounts } from './verdict.js';

/** The format of dates that are written as one number, such as 20170714, where both ends of a range look like one. */
function dateFormOf({ min, max }: { min: number; max: number }): string | undefined {
  const forms = [min, max].map((number) => {
    const match = /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6})?$/.exec(String(number));
    if (match === null) return undefined;
    return `%Y%m%d${['', '%H%M', '%H%M%S'][Math.max(0, ((match[4]?.length ?? 0) - 2) / 2)]}`;
  });
  return forms[0] === forms[1] ? forms[0] : undefined;
}

/** Days since 1899-12-30, as spreadsheets keep times: these are the years 1968 to 2064. */
function areSerialDates({ min, max }: { min: number; max: number }): boolean {
  return min >= 25_000 && max <= 60_000;
}

/** SQL that makes times of such days. */
function serialDatesSql(column: string): string {
  const name = identifier(column);
  return `SELECT * REPLACE (TIMESTAMP '1899-12-30' + to_seconds(round(TRY_CAST(${name} AS DOUBLE) * 86400)) AS ${name}) FROM source`;
}

/** What to say of a column whose numbers are times in no unit or in several; `unit` is the one that the specification names. */
export function noneInOneUnit(
  column: string,
  unit: TimeUnit | undefined,
  counts: VerdictCounts,
  range: { min: number; max: number } | undefined,
): { message: string; remedy: string } {
  const setting = `dataset.columns["${column}"].unit`;
  const holds = `column "${column}" holds numbers${range ? ` from ${range.min} to ${range.max}` : ''}`;
  const dropped =
    'numbers that stand for a missing time are left out by dataset.where or made null in dataset.sql';
  if (unit !== undefined) {
    return {
      message: `${holds}, and ${setting} is "${unit}": ${whole(counts.implausible)} of ${whole(presentOf(counts))} would be no times between 1900 and 2099, or are as large as times in another unit`,
      remedy: `correct ${setting} (s, ms, us or ns); ${dropped}`,
    };
  }
  const units = TIME_UNITS.filter((one) => counts[one] > 0);
  const [coarsest, ...finer] = units;
  const found = units.map((one) => `${whole(counts[one])} look like ${TIME_UNIT_WORDS[one]}`);
  const form = range && counts.implausible === presentOf(counts) ? dateFormOf(range) : undefined;
  if (range && counts.implausible === presentOf(counts) && areSerialDates(range))
    return {
      message: `${holds}, which are no times since 1970 in s, ms, us or ns, and look like dates of a spreadsheet, which are days since 1899-12-30`,
      remedy: `make times of them in dataset.sql: ${serialDatesSql(column)}; where they are in a unit after all, set ${setting}`,
    };
  const none =
    counts.implausible > 0
      ? [`${whole(counts.implausible)}${found.length === 0 ? ' look' : ''} like none of s, ms, us and ns`]
      : [];
  return {
    message: `${holds}, which are not all times since 1970 between 1980 and 2099 in one unit: of ${whole(presentOf(counts))} values ${[...found, ...none].join(', ')}`,
    remedy:
      coarsest !== undefined && finer.length > 0
        ? `make them all ${TIME_UNIT_WORDS[coarsest]} in dataset.sql: ${inOneUnitSql(column, coarsest, finer)}; ${dropped}; where they are in one unit after all, set ${setting}`
        : form === undefined
          ? `set ${setting} to "s", "ms", "us" or "ns" if the times are in it; ${dropped}`
          : `set dataset.columns["${column}"] to { "cast": "timestamp", "format": "${form}" } if the numbers are dates of that form, or its unit to "s", "ms", "us" or "ns" if the times are in it`,
  };
}

/** SQL that brings the numbers of a column, which are in the coarsest unit and in finer ones, to the coarsest. */
function inOneUnitSql(column: string, coarsest: TimeUnit, finer: readonly TimeUnit[]): string {
  const name = identifier(column);
  const number = `CAST(${name} AS DOUBLE)`;
  const whens = finer.toReversed().map((unit) => {
    const from = TELLING_SECONDS.from * PER_SECOND[unit];
    return `WHEN ${number} >= ${from} THEN ${number} / ${PER_SECOND[unit] / PER_SECOND[coarsest]}`;
  });
  return `SELECT * REPLACE (CASE ${whens.join(' ')} ELSE ${number} END AS ${name}) FROM source`;
}
