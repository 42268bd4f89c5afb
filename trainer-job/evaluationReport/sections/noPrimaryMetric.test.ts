import { describe, expect, it } from 'vitest';
import type { Shown } from '../page/section.js';
import { methods } from './methods.js';
import { slices } from './slices.js';

describe('without a value of the primary metric', () => {
  const shown = (rows: number) =>
    ({ report: { primaryMetric: null, measured: { rows }, slices: [], methods: [] } }) as unknown as Shown;

  it.each([
    [0, /^No test row could be measured/],
    [221, /^The primary metric has no value on the test rows/],
  ])('of %d rows nothing is compared, and why is true', (rows, why) => {
    expect(methods.content(shown(rows))).toMatch(why);
    expect(slices.content(shown(rows))).toMatch(/primary metric, which has no value/);
  });
});
