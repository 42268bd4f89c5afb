/** Times and durations as people read them. */
import type { Range } from '@trainyard/shared/compute/range';

const SECOND = 1000;
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** In the reader's zone and language. */
export function dateTime(instant: string): string {
  return DATE_TIME.format(new Date(instant));
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `5 minutes ago`. */
export function ago(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / SECOND;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return RELATIVE.format(Math.round(seconds / size), unit);
}

/** `1 h 23 min`, `4 min 05 s`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${two(rest)} s` : `${rest} s`;
}

/** `4 min 05 s to 12 min 00 s`, in the words for either end. */
export function rangeIn(range: Range | null, words: (value: number) => string): string {
  if (range === null) return 'not known';
  const [low, high] = [words(range.low), words(range.high)];
  return low === high ? low : `${low} to ${high}`;
}

/** Seconds from the first instant to the second, or to now. */
export function secondsBetween(start: string, end: string | null, now: number): number {
  return ((end === null ? now : Date.parse(end)) - Date.parse(start)) / SECOND;
}
