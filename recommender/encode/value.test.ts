import { describe, expect, it } from 'vitest';
import { numberOfColumn } from './columnText.js';
import { numberOf, secondsOf } from './value.js';

describe('a number of a request', () => {
  it('is a decimal one', () => {
    expect(['7', ' 1e3 ', '.5', '-2.', '0x10', '0B1', ' 0o7', '1_000', ''].map(numberOf)).toEqual([
      7,
      1000,
      0.5,
      -2,
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });

  it('is 1 or 0 of a truth value, as a column of truth values has it', () => {
    const values = [true, 'Yes', ' FALSE', 0, '2', 'perhaps', null];
    expect(values.map(numberOfColumn('paid', { paid: 'BOOLEAN' }))).toEqual([1, 1, 0, 0, 2, NaN, NaN]);
    expect(values.map(numberOfColumn('paid'))).toEqual([1, NaN, NaN, 0, 2, NaN, NaN]);
  });
});

describe('a time of a request', () => {
  it('is of the year that it says, also of the first hundred', () => {
    const years = ['0000-03-01', '0044-03-15', '0099-12-31', '0100-01-01', '1970-01-01', '9999-12-31'];
    expect(years.map((text) => new Date(secondsOf(text) * 1000).toISOString().slice(0, 10))).toEqual(years);
  });

  it('goes on where a part is beyond its range', () => {
    expect(secondsOf('2023-02-29')).toBe(Date.UTC(2023, 2, 1) / 1000);
  });
});
