import { describe, expect, it } from 'vitest';
import { comparisonsOf, verdictOf } from './comparisons.js';

const METRIC = 'test_recall_at_10';
const methods = [
  { name: 'popularity', metrics: { [METRIC]: 0.1 } },
  { name: 'history', metrics: { [METRIC]: 0.2, test_recall_at_5: 0.1 } },
];
const compared = (value: number) => comparisonsOf({ test_loss: 6, [METRIC]: value }, methods, METRIC);
const gate = { metric: METRIC, atLeast: 0.3, value: 0.22, passed: false };

describe('comparisons', () => {
  it('begin with the primary metric and the best of the other methods', () => {
    expect(compared(0.22).map(({ against, metric }) => [against, metric])).toEqual([
      ['history', METRIC],
      ['popularity', METRIC],
    ]);
    expect(compared(0.22)[0]).toMatchObject({ other: 0.2, difference: expect.closeTo(0.02, 12) });
  });

  it('have no change beside a method that reached 0', () => {
    const [only] = comparisonsOf({ [METRIC]: 0.2 }, [{ name: 'history', metrics: { [METRIC]: 0 } }], METRIC);
    expect(only).toMatchObject({ difference: 0.2, change: null });
  });

  it('put the method with the least error first where less is better', () => {
    const errors = [
      { name: 'globalMean', metrics: { test_rmse: 1.2 } },
      { name: 'userItemMean', metrics: { test_rmse: 0.9 } },
    ];
    expect(comparisonsOf({ test_rmse: 0.8 }, errors, 'test_rmse')[0]?.against).toBe('userItemMean');
  });
});

describe('a verdict', () => {
  const verdict = (value: number, more = {}) =>
    verdictOf({ primaryMetric: METRIC, comparisons: compared(value), gates: [], ...more });

  it.each([
    [0.22, 'ship', 'Ship it: recall@10 is 10.0 % above that of history, the best other method.'],
    [0.18, 'hold', 'Do not ship it: recall@10 is 10.0 % below that of history, the best other method.'],
    [0.2, 'unsure', 'Too close to call: recall@10 is the same as that of history, the best other method.'],
  ])('at %d is %s', (value, decision, sentence) => {
    expect(verdict(value)).toEqual({ decision, sentence, reasons: [] });
  });

  it('is unsure while the interval of the difference holds 0', () => {
    const [best, ...rest] = compared(0.22);
    const interval = {
      differenceInterval: { low: -0.01, high: 0.05 },
      changeInterval: { low: -0.05, high: 0.25 },
    };
    expect(verdict(0.22, { comparisons: [{ ...best!, ...interval }, ...rest] })).toMatchObject({
      decision: 'unsure',
      sentence:
        'Too close to call: recall@10 is 10.0 % (95 %: -5.0 to 25.0) above that of history, the best other method.',
    });
  });

  it('is to hold where a gate is missed, whatever the baselines', () => {
    expect(verdict(0.22, { gates: [gate] })).toMatchObject({
      decision: 'hold',
      sentence: 'Do not ship it: the gate on test recall@10 is missed: it is 0.2200.',
    });
  });

  it('is unsure where nothing was measured or compared', () => {
    expect(verdict(0.22, { primaryMetric: null }).decision).toBe('unsure');
    expect(verdict(0.22, { comparisons: [] }).decision).toBe('unsure');
  });
});
