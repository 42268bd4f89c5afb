import { PER_SECOND, type TimeUnit } from '@trainyard/shared/timeUnit';

/**
 * A value as a request brings it, and the three canonical forms in which encoders take values. Training reads columns in
 * the same forms (the trainer's `columnPieces.ts`), so that equal values are encoded equally on both sides.
 */
export type FeatureValue = SingleValue | readonly SingleValue[];
/** A list is one of a column of lists. */
export type SingleValue = string | number | bigint | boolean | null | undefined;

/** What of a column an encoder takes: its text, its number, or its time in seconds since 1970 UTC. */
export type ValueForm = 'text' | 'number' | 'time';

/** A row's values by column. */
export type FeatureValues = Readonly<Record<string, FeatureValue>>;

export function textOf(value: FeatureValue): string | null {
  if (value === null || value === undefined) return null;
  return isList(value) ? listText(value) : String(value);
}

function isList(value: FeatureValue): value is readonly SingleValue[] {
  return Array.isArray(value);
}

/** As JSON: a whole number that no other number stands for has all of its digits. */
function listText(values: readonly SingleValue[]): string {
  return `[${values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value ?? null))).join(',')}]`;
}

/** What JavaScript reads as a number of another base, and no data do. */
const OTHER_BASE = /^\s*0[xob]/i;

/** NaN for what is missing, no number or not finite. A text counts for the decimal number that it writes. */
export function numberOf(value: FeatureValue): number {
  if (value === null || value === undefined || isList(value)) return NaN;
  if (typeof value === 'string' && isNoDecimal(value)) return NaN;
  const number = Number(value);
  return Number.isFinite(number) ? number : NaN;
}

const INFINITE = /^\s*([+-]?)inf(?:inity)?\s*$/i;

/** What a text says that writes infinity, as DuckDB does of numbers (`inf`) and times (`infinity`); undefined of any other. */
export function infiniteOf(text: string): number | undefined {
  const match = INFINITE.exec(text);
  return match ? (match[1] === '-' ? -Infinity : Infinity) : undefined;
}

function isNoDecimal(text: string): boolean {
  return text.trim() === '' || OTHER_BASE.test(text);
}

/** In 400 years, all of which have as many days, dates come back: `Date.UTC` takes the years 0 to 99 for those of the twentieth century. */
const YEARS = 400;
const SECONDS_OF_YEARS = 146_097 * 86_400;

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

/**
 * Seconds since 1970 of a number in a unit or of an ISO 8601 text; without a zone it is UTC. 24:00:00 and a second 60 are those that
 * follow. NaN for anything else, such as a thirteenth month, and 29 February of a year that has none.
 */
export function secondsOf(value: FeatureValue, unit: TimeUnit = 's'): number {
  if (typeof value !== 'string') return numberOf(value) / PER_SECOND[unit];
  const match = INSTANT.exec(value.trim());
  if (!match) return numberOf(value) / PER_SECOND[unit];
  const part = (i: number) => Number(match[i] ?? 0);
  const day = Date.UTC(part(1) + YEARS, part(2) - 1, part(3)) / 1000;
  const [hours, minutes, seconds] = [part(4), part(5), part(6)];
  const isDay = new Date(day * 1000).getUTCDate() === part(3) && part(2) >= 1 && part(2) <= 12;
  const isTime = hours * 3600 + minutes * 60 + seconds <= 86_400 && minutes < 60 && seconds <= 60;
  const isZone = part(10) < 24 && part(11) < 60;
  if (!isDay || !isTime || !isZone) return NaN;
  const offset = (match[9] === '-' ? -1 : 1) * (part(10) * 60 + part(11)) * 60;
  const whole = day + hours * 3600 + minutes * 60 + seconds - SECONDS_OF_YEARS - offset;
  const micros = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  return (whole * 1e6 + micros) / 1e6;
}
