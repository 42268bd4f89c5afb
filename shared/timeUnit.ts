/** Times as numbers: which unit they are in, and how that is told from the numbers themselves. */
import { z } from 'zod';
import { PER_SECOND } from './perSecond.js';

/** Seconds, milliseconds, microseconds and nanoseconds since 1970 in UTC. */
export const timeUnitSchema = z.enum(['s', 'ms', 'us', 'ns']);
export type TimeUnit = z.infer<typeof timeUnitSchema>;
export const TIME_UNITS: readonly TimeUnit[] = timeUnitSchema.options;

export { PER_SECOND };

export const TIME_UNIT_WORDS: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

/**
 * Seconds since 1970 from which and up to which a number tells its unit: February 1980 to December 2099. In no two units do the
 * ranges overlap.
 */
export const TELLING_SECONDS = { from: 3.2e8, below: 4.1e9 } as const;

/** The unit in which a number is a time between 1980 and 2099; undefined where it is none in any unit. */
export function unitOfNumber(value: number): TimeUnit | undefined {
  return TIME_UNITS.find((unit) => {
    const seconds = value / PER_SECOND[unit];
    return seconds >= TELLING_SECONDS.from && seconds < TELLING_SECONDS.below;
  });
}
