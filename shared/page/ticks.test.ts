import { describe, expect, it } from 'vitest';
import { linearTicks, logTicks } from './ticks.js';

describe('the ticks of an axis', () => {
  it.each([
    [1, 12, true, [2, 4, 6, 8, 10, 12]],
    [1, 2, true, [1, 2]],
    [0, 1, false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [5.61, 5.74, false, [5.625, 5.65, 5.675, 5.7, 5.725]],
    [3, 3, false, [3]],
    [-1, 1, false, [-1, -0.5, 0, 0.5, 1]],
  ])('from %d to %d, whole %s, are round numbers', (low, high, areWhole, ticks) => {
    expect(linearTicks(low, high, areWhole)).toEqual(ticks);
  });

  it('by magnitude are powers of ten where there are two', () => {
    expect(logTicks(0.001, 0.5)).toEqual([0.001, 0.01, 0.1]);
    expect(logTicks(0.02, 0.09)).toEqual([0.02, 0.04, 0.06, 0.08]);
    expect(logTicks(1e-12, 1)).toHaveLength(7);
  });
});
