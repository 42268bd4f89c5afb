import { assertNever } from '@trainyard/shared/common';
import { cyclePeriodSchema, type CyclePeriod } from '@trainyard/shared/spec/features';
import { timeUnitSchema } from '@trainyard/shared/timeUnit';
import { z } from 'zod';
import type { NumberFeatureEncoder } from './encoder.js';

/** `cyclical`: nothing is fitted but the unit of times that are numbers, seconds unless it is there. */
export const fittedCyclicalSchema = z.strictObject({
  transform: z.literal('cyclical'),
  periods: z.array(cyclePeriodSchema),
  missingIndicator: z.boolean(),
  unit: timeUnitSchema.optional(),
});
export type FittedCyclical = z.infer<typeof fittedCyclicalSchema>;

const DAY = 86_400;
/** 1970-01-01 was a Thursday; a week begins on Monday. */
const FIRST_WEEKDAY = 3;
/** What a Date can hold. */
const LAST_SECOND = 8.64e12;

export function cyclicalWidth({ periods, missingIndicator }: FittedCyclical): number {
  return 2 * periods.length + (missingIndicator ? 1 : 0);
}

export function encodeCyclical({ periods, missingIndicator, unit }: FittedCyclical): NumberFeatureEncoder {
  const phases = periods.map(phaseOf);
  return {
    form: 'time',
    unit,
    encode(seconds, { numbers }, _i, n) {
      const isMissing = !(Math.abs(seconds) <= LAST_SECOND);
      phases.forEach((phase, p) => {
        const angle = isMissing ? 0 : 2 * Math.PI * phase(seconds);
        numbers[n + 2 * p] = Math.sin(angle);
        numbers[n + 2 * p + 1] = isMissing ? 0 : Math.cos(angle);
      });
      if (missingIndicator) numbers[n + 2 * phases.length] = isMissing ? 1 : 0;
    },
  };
}

/** Where a time stands in its period, in [0, 1). */
function phaseOf(period: CyclePeriod): (seconds: number) => number {
  if (typeof period === 'number') return (seconds) => within(seconds, period);
  switch (period) {
    case 'hour-of-day':
      return (seconds) => within(seconds, DAY);
    case 'day-of-week':
      return (seconds) => within(seconds + FIRST_WEEKDAY * DAY, 7 * DAY);
    case 'day-of-month':
      return (seconds) => monthOf(seconds).phase;
    case 'month-of-year':
      return (seconds) => {
        const { month, phase } = monthOf(seconds);
        return (month + phase) / 12;
      };
    default:
      return assertNever(period);
  }
}

function within(seconds: number, period: number): number {
  const turns = seconds / period;
  return turns - Math.floor(turns);
}

/** The month of a time, 0 to 11, and how much of it is over. */
function monthOf(seconds: number): { month: number; phase: number } {
  const date = new Date(Math.floor(seconds) * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const start = firstOf(year, month);
  return { month, phase: (seconds - start) / (firstOf(year, month + 1) - start) };
}

function firstOf(year: number, month: number): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  return new Date(0).setUTCFullYear(year, month, 1) / 1000;
}
