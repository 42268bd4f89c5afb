/** Times of requests in a graph, in seconds since 1970 UTC, as the recommender's `secondsOf` and `cyclical` have them. */
import { PER_SECOND, type TimeUnit } from '@trainyard/shared/timeUnit';
import type { Graph, Value } from '../../graph/graph.js';
import {
  add,
  binary,
  both,
  compare,
  matchesText,
  quotient,
  replaceText,
  scalar,
  select,
  text,
  textToNumber,
  times,
  unary,
} from '../../graph/ops.js';
import { numberOf } from './number.js';
import { SPACE, trimmed } from './text.js';

const DAY = 86_400;

type Part =
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'sign'
  | 'offsetHours'
  | 'offsetMinutes';

const BELOW_60 = '[0-5]\\d';

/** ISO 8601, the part being the one group of the pattern: RE2 rewrites nine at most, and there are ten. */
function instant(part?: Part): string {
  const group = (name: Part, pattern: string) => (name === part ? `(${pattern})` : `(?:${pattern})`);
  const date = `${group('year', '\\d{4}')}-${group('month', '0[1-9]|1[0-2]')}-${group('day', '\\d\\d')}`;
  const second = `${group('second', `${BELOW_60}|60`)}(?:\\.${group('fraction', '\\d{1,9}')})?`;
  const clock = `${group('hour', '[01]\\d|2[0-4]')}:${group('minute', BELOW_60)}(?::${second})?`;
  const offset = `${group('offsetHours', '[01]\\d|2[0-3]')}(?::?${group('offsetMinutes', BELOW_60)})?`;
  const zone = `Z|${group('sign', '[+-]')}${offset}`;
  return trimmed(`${date}(?:[T ]${clock}${SPACE}(?:${zone})?)?`);
}

/** float64 of texts: a number in the unit, or ISO 8601, in UTC without a zone; NaN for anything else. */
export function secondsOf(graph: Graph, given: Value, unit: TimeUnit = 's'): Value {
  const isInstant = matchesText(graph, given, instant());
  const written = select(graph, isInstant, given, text(graph, '1970-01-01'));
  const number = quotient(graph, numberOf(graph, given), PER_SECOND[unit]);
  return select(graph, isInstant, secondsOfInstant(graph, written), number);
}

function secondsOfInstant(graph: Graph, given: Value): Value {
  // A part that is not there is 0: it stands behind a zero.
  const part = (name: Part, before = '0', after = '') =>
    textToNumber(graph, replaceText(graph, given, instant(name), `${before}\\1${after}`));
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const first = daysBefore(graph, year, add(graph, month, -1));
  const ofMonth = binary(graph, 'Sub', daysBefore(graph, year, month), first);
  const days = add(graph, first, day, -1);
  const clock = secondsOfClock(graph, part('hour'), part('minute'), part('second'));
  const offset = secondsOfClock(graph, part('offsetHours'), part('offsetMinutes'));
  const signed = times(graph, offset, part('sign', '', '1'));
  const whole = binary(graph, 'Sub', add(graph, times(graph, days, DAY), clock), signed);
  // Microseconds: the first six digits of the fraction.
  const nanos = unary(graph, 'Floor', add(graph, times(graph, part('fraction', '0.'), 1e9), 0.5));
  const micros = binary(graph, 'FloorDiv', nanos, 1000);
  const seconds = quotient(graph, add(graph, times(graph, whole, 1e6), micros), 1e6);
  // 29 February of a year that has none, the 0th, and what comes after 24:00:00, are no times.
  const isDay = both(
    graph,
    compare(graph, 'GreaterEqual', day, 1),
    compare(graph, 'LessEqual', day, ofMonth),
  );
  const isTime = both(graph, isDay, compare(graph, 'LessEqual', clock, DAY));
  return select(graph, isTime, seconds, scalar(graph, 'float64', NaN));
}

function secondsOfClock(graph: Graph, hours: Value, minutes: Value, seconds?: Value): Value {
  const whole = add(graph, times(graph, hours, 3600), times(graph, minutes, 60));
  return seconds ? add(graph, whole, seconds) : whole;
}

/**
 * Days from 1970 to the first of a month of a year, in the Gregorian calendar; months from 0, and those of other years beyond 11.
 * Years begin with March, so that leap days end them (Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
 */
export function daysBefore(graph: Graph, year: Value, month: Value): Value {
  const fromMarch = add(graph, times(graph, year, 12), month, -2);
  const [years, months] = [
    binary(graph, 'FloorDiv', fromMarch, 12),
    binary(graph, 'FloorMod', fromMarch, 12),
  ];
  const floor = (by: number) => binary(graph, 'FloorDiv', years, by);
  const leapDays = add(graph, binary(graph, 'Sub', floor(4), floor(100)), floor(400));
  const ofMonths = binary(graph, 'FloorDiv', add(graph, times(graph, months, 153), 2), 5);
  // March 1 of year 0 is 719,468 days before 1970.
  return add(graph, times(graph, years, 365), leapDays, ofMonths, -719_468);
}

/** Year and month, from 0, of days since 1970 (`civil_from_days` of the same). */
export function monthOf(graph: Graph, days: Value): { year: Value; month: Value } {
  const divide = (value: Value, by: number) => binary(graph, 'FloorDiv', value, by);
  const since = add(graph, days, 719_468);
  const era = divide(since, 146_097);
  const dayOfEra = binary(graph, 'Sub', since, times(graph, era, 146_097));
  const withoutLeaps = add(
    graph,
    binary(graph, 'Sub', dayOfEra, divide(dayOfEra, 1460)),
    binary(graph, 'Sub', divide(dayOfEra, 36_524), divide(dayOfEra, 146_096)),
  );
  const yearOfEra = divide(withoutLeaps, 365);
  const leapDays = binary(graph, 'Sub', divide(yearOfEra, 4), divide(yearOfEra, 100));
  const dayOfYear = binary(graph, 'Sub', dayOfEra, add(graph, times(graph, yearOfEra, 365), leapDays));
  const fromMarch = divide(add(graph, times(graph, dayOfYear, 5), 2), 153);
  const month = binary(graph, 'FloorMod', add(graph, fromMarch, 2), 12);
  const year = add(graph, yearOfEra, times(graph, era, 400));
  return { month, year: select(graph, compare(graph, 'Less', month, 2), add(graph, year, 1), year) };
}
