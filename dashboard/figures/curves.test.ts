import { describe, expect, it } from 'vitest';
import { epochRow } from '../../test/support/runView.js';
import { curvesOf, smoothed } from './curves.js';

describe('the curves of a run', () => {
  it('have a value an epoch, in order, and a gap where an epoch lacks the metric', () => {
    const { epochs, curves } = curvesOf([
      epochRow(2, { metrics: { loss: 2, recall_at_10: 0.5 } }),
      epochRow(1, { metrics: { loss: 3 } }),
    ]);
    expect(epochs).toEqual([1, 2]);
    expect(curves.map(({ title, values }) => [title, values])).toEqual([
      ['loss', [3, 2]],
      ['recall@10', [null, 0.5]],
    ]);
  });
});

describe('a smoothed curve', () => {
  it('is the curve itself without a weight', () => expect(smoothed([1, null, 3], 0)).toEqual([1, null, 3]));

  it('begins at the first value and stays between the values', () => {
    const means = smoothed([4, null, 8, 8], 0.5);
    expect(means[0]).toBe(4);
    expect(means[1]).toBeNull();
    expect(means[2]).toBeCloseTo(4 / 3 + 16 / 3, 10);
    expect(means[3]).toBeGreaterThan(means[2] as number);
    expect(means[3]).toBeLessThan(8);
  });
});
