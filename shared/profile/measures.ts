/** What a column's figures are as people read them. It draws in no schema, so that pages can use it. */
import { figure } from '../page/words.js';
import { PER_SECOND } from '../perSecond.js';
import type { ColumnProfile, Measured } from './profile.js';

/** The figures of a column; those of times that are numbers in seconds, as those of all other times. */
export function measuredAsTimes({
  measured,
  timeUnit,
}: Pick<ColumnProfile, 'measured' | 'timeUnit'>): Measured | null {
  if (measured === null || measured.of !== 'value' || timeUnit === undefined) return measured;
  const seconds = (number: number) => number / PER_SECOND[timeUnit];
  const { min, max, mean, std, quantiles } = measured;
  const { p01, p05, p25, p50, p75, p95, p99 } = quantiles;
  return {
    ...measured,
    of: 'epochSeconds',
    min: seconds(min),
    max: seconds(max),
    mean: seconds(mean),
    std: std === null ? null : seconds(std),
    quantiles: {
      p01: seconds(p01),
      p05: seconds(p05),
      p25: seconds(p25),
      p50: seconds(p50),
      p75: seconds(p75),
      p95: seconds(p95),
      p99: seconds(p99),
    },
  };
}

/** A value of the measure: a date of times, in UTC, else a number. */
export function measureText(value: number, { of }: Pick<Measured, 'of'>): string {
  return of === 'epochSeconds' ? instantText(value) : figure(value);
}

/** `2026-11-20 19:18`; the number itself beyond what a date can be, as a column of other numbers may be. */
export function instantText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? figure(seconds) : date.toISOString().slice(0, 16).replace('T', ' ');
}

/** The least and the greatest value: dates of times, numbers of numbers, and of all else the first and the last in order. */
export function endsOf(column: ColumnProfile): readonly [string, string] {
  const measured = measuredAsTimes(column);
  if (measured?.of === 'epochSeconds') return [instantText(measured.min), instantText(measured.max)];
  if (measured?.of === 'value' && column.kind === 'number')
    return [numberText(measured.min), numberText(measured.max)];
  return [column.min ?? '–', column.max ?? '–'];
}

/** Whole numbers stand as they are. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : figure(value);
}
