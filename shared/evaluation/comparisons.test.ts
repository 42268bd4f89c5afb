import { describe, expect, it } from 'vitest';
import { comparisonsOf } from './comparisons.js';

const METRIC = 'test_recall_at_10';
const methods = [
  { name: 'popularity', metrics: { [METRIC]: 0.1 } },
  { name: 'history', metrics: { [METRIC]: 0.2, test_recall_at_5: 0.1 } },
];
const compared = (value: number) => comparisonsOf({ test_loss: 6, [METRIC]: value }, methods, METRIC);

describe('comparisons', () => {
  it('begin with the primary metric and the best of the other methods', () => {
    expect(compared(0.22).map(({ against, metric }) => [against, metric])).toEqual([
      ['history', METRIC],
      ['popularity', METRIC],
    ]);
    expect(compared(0.22)[0]).toMatchObject({ other: 0.2, difference: expect.closeTo(0.02, 12) });
  });

  it.each([0, -0.25])('have no change beside a method that reached %d', (other) => {
    const [only] = comparisonsOf(
      { test_r2: 0.25 },
      [{ name: 'globalMean', metrics: { test_r2: other } }],
      'test_r2',
    );
    expect(only).toMatchObject({ difference: 0.25 - other, change: null });
  });

  it('put the method with the least error first where less is better', () => {
    const errors = [
      { name: 'globalMean', metrics: { test_rmse: 1.2 } },
      { name: 'userItemMean', metrics: { test_rmse: 0.9 } },
    ];
    expect(comparisonsOf({ test_rmse: 0.8 }, errors, 'test_rmse')[0]?.against).toBe('userItemMean');
  });
});
