import { describe, expect, it } from 'vitest';
import { unitOfNumber } from '../timeUnit.js';
import { columnCleaningSchema } from './cleaning.js';

const problemsOf = (cleaning: unknown) => {
  const { error } = columnCleaningSchema.safeParse(cleaning);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the cleaning of a column', () => {
  it.each([
    { cast: 'timestamp', format: '%d.%m.%Y %H:%M' },
    { cast: 'timestamp', format: ['%Y-%m-%d', '%-m/%-d/%y %I:%M %p'] },
    { cast: 'timestamp', unit: 'ms' },
    { cast: 'int64', unit: 'us' },
    { unit: 'ns' },
    { cast: 'float64', decimal: ',', round: true },
    { cast: 'boolean' },
    {},
  ])('may be %j', (cleaning) => {
    expect(problemsOf(cleaning)).toEqual([]);
  });

  it.each([
    [{ format: '%Y' }, /^format: goes with cast "timestamp"; cast is not given$/],
    [{ cast: 'int64', format: '%Y' }, /^format: goes with cast "timestamp"; cast is "int64"$/],
    [{ cast: 'string', unit: 'ms' }, /^unit: goes with cast/],
    [{ cast: 'timestamp', decimal: ',' }, /^decimal: goes with cast "int64" or "float64"/],
    [{ cast: 'timestamp', format: '%Y-%m-%d', unit: 's' }, /^unit: .*give one of them$/],
    [{ cast: 'timestamp', format: '%Q %Y' }, /^format: .*a part that is not read/],
    [{ cast: 'timestamp', format: 'dd.mm.yyyy' }, /^format: .*names no year/],
  ])('is not %j', (cleaning, expected) => {
    expect(problemsOf(cleaning).join('; ')).toMatch(expected);
  });
});

describe('the unit of a number', () => {
  const now = Date.UTC(2026, 10, 29) / 1000;

  it('is told by its size', () => {
    expect([now, now * 1e3, now * 1e6, now * 1e9].map(unitOfNumber)).toEqual(['s', 'ms', 'us', 'ns']);
  });

  it('is none of numbers that are no times between 1980 and 2099', () => {
    const others = [
      0,
      -1,
      20_170_714,
      1e8,
      5e9,
      1e11,
      253_402_300_799,
      253_402_300_799_000,
      5e18,
      NaN,
      Infinity,
    ];
    expect(others.map(unitOfNumber)).toEqual(others.map(() => undefined));
  });
});
