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

  it.each([
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-01-00',
    '2024-01-01 25:00',
    '2024-01-01 24:00:01',
    '2024-01-01 12:60',
    '2024-01-01 12:00:61',
    '2024-01-01T12:00+24:00',
    '2024-01-01T12:00+01:60',
  ])('is none where a part is beyond its range: %s', (text) => {
    expect(secondsOf(text)).toBeNaN();
  });

  it('is the one that follows where a day ends, or a minute with a leap second', () => {
    expect(secondsOf('2024-02-29 24:00:00')).toBe(Date.UTC(2024, 2, 1) / 1000);
    expect(secondsOf('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1) / 1000);
    expect(secondsOf('2024-02-29T23:30-01:00')).toBe(Date.UTC(2024, 2, 1, 0, 30) / 1000);
  });
});
