import { describe, expect, it } from 'vitest';
import { checkGates } from '../runs/gates.js';
import type { Comparison } from './comparison.js';
import { comparisonsOf } from './comparisons.js';
import { type Judged, verdictOf } from './verdictOf.js';

const METRIC = 'test_recall_at_10';
const methods = [
  { name: 'popularity', metrics: { [METRIC]: 0.1 } },
  { name: 'history', metrics: { [METRIC]: 0.2, test_recall_at_5: 0.1 } },
];
const compared = (value: number, others = methods) =>
  comparisonsOf({ test_loss: 6, [METRIC]: value }, others, METRIC);
const gate = checkGates([{ metric: METRIC, atLeast: 0.3 }], {
  metrics: { [METRIC]: 0.22 },
  baselines: {},
})[0]!;

/** The comparisons, the first of them with intervals that are so far from what it says. */
function surely(comparisons: Comparison[], by: number): Comparison[] {
  const around = (value: number) => ({ low: value - by, high: value + by });
  return comparisons.map((one) => ({
    ...one,
    differenceInterval: around(one.difference),
    changeInterval: around(one.change!),
  }));
}

describe('a verdict', () => {
  const verdict = (value: number, more: Partial<Judged> = {}) =>
    verdictOf({ primaryMetric: METRIC, comparisons: compared(value), gates: [], ...more });

  it.each([
    [
      0.22,
      'ship',
      'Ship it: recall@10 is 10.0 % above that of each user’s own history, the best other method.',
    ],
    [
      0.18,
      'hold',
      'Do not ship it: recall@10 is 10.0 % below that of each user’s own history, the best other method.',
    ],
    [
      0.2,
      'unsure',
      'Too close to call: recall@10 is the same as that of each user’s own history, the best other method.',
    ],
  ])('at %d is %s', (value, decision, sentence) => {
    expect(verdict(value)).toEqual({ decision, sentence, reasons: [] });
  });

  it('is unsure of ranks that many items share, which count as the best of them', () => {
    const equalScores = { looked: 50, equal: 50 };
    expect(verdict(0.22, { equalScores })).toEqual({
      decision: 'unsure',
      sentence:
        'Nobody can tell yet: 50 of 50 test rows have an item whose score other items share, and count as if it came before all of these.',
      reasons: ['recall@10 is 10.0 % above that of each user’s own history, the best other method'],
    });
    expect(verdict(0.18, { equalScores }).decision).toBe('hold');
  });

  it('is unsure while the interval of the difference holds 0', () => {
    expect(verdict(0.22, { comparisons: surely(compared(0.22), 0.15) })).toMatchObject({
      decision: 'unsure',
      sentence:
        'Too close to call: recall@10 is 10.0 % (95 %: -5.0 to 25.0) above that of each user’s own history, the best other method.',
    });
  });

  it('says how far a model that loses is below, and that first, before a gate that it misses', () => {
    const comparisons = surely(compared(0.18), 0.015);
    expect(verdict(0.18, { comparisons, gates: [gate] })).toEqual({
      decision: 'hold',
      sentence:
        'Do not ship it: recall@10 is 10.0 % (95 %: 8.5 to 11.5) below that of each user’s own history, the best other method.',
      reasons: ['the gate on test recall@10 is missed: it is 0.22, below 0.3'],
    });
  });

  it('is to hold where any other method is better, though the best of them may not be', () => {
    const [best, second] = compared(0.09);
    const comparisons = [{ ...best!, differenceInterval: { low: -0.3, high: 0.08 } }, second!];
    expect(verdict(0.09, { comparisons })).toMatchObject({
      decision: 'hold',
      sentence: 'Do not ship it: recall@10 is 10.0 % below that of popularity.',
    });
  });

  it('is unsure where it may be no better than another method than the best', () => {
    const [best, second] = compared(0.22);
    const comparisons = [best!, { ...second!, differenceInterval: { low: -0.01, high: 0.3 } }];
    expect(verdict(0.22, { comparisons }).decision).toBe('unsure');
  });

  it('tells of the version that serves, wherever it stands', () => {
    const production = (value: number) => [...methods, { name: 'production', metrics: { [METRIC]: value } }];
    expect(verdict(0.22, { comparisons: compared(0.22, production(0.11)) })).toEqual({
      decision: 'ship',
      sentence: 'Ship it: recall@10 is 10.0 % above that of each user’s own history, the best other method.',
      reasons: ['recall@10 is 100.0 % above that of the version in production'],
    });
    expect(verdict(0.22, { comparisons: compared(0.22, production(0.44)) }).sentence).toBe(
      'Do not ship it: recall@10 is 50.0 % below that of the version in production, the best other method.',
    );
  });

  it('says by how much, and not by which share, where the other figure is below 0', () => {
    const [one] = comparisonsOf(
      { test_r2: 0.25 },
      [{ name: 'globalMean', metrics: { test_r2: -0.01 } }],
      'test_r2',
    );
    const told = {
      ...one!,
      differenceInterval: { low: 0.125, high: 0.375 },
      changeInterval: { low: 1, high: 6641 },
    };
    expect(verdictOf({ primaryMetric: 'test_r2', comparisons: [told], gates: [] }).sentence).toBe(
      'Ship it: r2 is 0.2600 (95 %: 0.1250 to 0.3750) above that of the mean of all, the best other method.',
    );
  });

  it('takes less of an error for better', () => {
    const errors = [{ name: 'globalMean', metrics: { test_rmse: 1 } }];
    const of = (value: number) =>
      verdictOf({
        primaryMetric: 'test_rmse',
        comparisons: comparisonsOf({ test_rmse: value }, errors, 'test_rmse'),
        gates: [],
      });
    expect([of(0.9).decision, of(1.1).decision]).toEqual(['ship', 'hold']);
  });

  it('is to hold where a critical gate is missed, whatever the baselines', () => {
    expect(verdict(0.22, { gates: [gate] })).toMatchObject({
      decision: 'hold',
      sentence: 'Do not ship it: the gate on test recall@10 is missed: it is 0.22, below 0.3.',
    });
    const noted = { ...gate, critical: false };
    expect(verdict(0.22, { gates: [noted] })).toMatchObject({
      decision: 'ship',
      reasons: ['the gate on test recall@10, which is not critical, is missed: it is 0.22, below 0.3'],
    });
  });

  it('is unsure where hardly anything was measured or compared', () => {
    expect(verdict(0.22, { primaryMetric: null, measured: { users: 0, rows: 0 } })).toMatchObject({
      decision: 'unsure',
      sentence: 'Nobody can tell yet: no test row could be measured.',
    });
    const noRow = [{ name: 'test_rows' }];
    const predicted = [...noRow, { name: 'test_rmse' }];
    const none = { primaryMetric: null, measured: { users: 0, rows: 0 } };
    expect(verdict(0.22, { ...none, metrics: noRow }).sentence).toBe(
      'Nobody can tell yet: no test row could be measured.',
    );
    expect(verdict(0.22, { ...none, metrics: predicted }).sentence).toBe(
      'Nobody can tell yet: no test row counts for retrieval, and only the predictions of the target were measured.',
    );
    expect(verdict(0.22, { comparisons: [] }).decision).toBe('unsure');
    expect(verdict(0.22, { measured: { users: 9 } })).toEqual({
      decision: 'unsure',
      sentence: 'Nobody can tell yet: only 9 test users were measured.',
      reasons: ['recall@10 is 10.0 % above that of each user’s own history, the best other method'],
    });
    expect(verdict(0.22, { measured: { users: 10 } })).toMatchObject({
      decision: 'ship',
      reasons: ['no interval says how sure that is'],
    });
    const sure = { measured: { users: 10 }, comparisons: surely(compared(0.22), 0.015) };
    expect(verdict(0.22, sure).reasons).toEqual([]);
  });

  it('does not say that no row was measured where the primary metric has no value on those that were', () => {
    expect(verdict(0.22, { primaryMetric: null, measured: { users: 57, rows: 221 } })).toMatchObject({
      decision: 'unsure',
      sentence: 'Nobody can tell yet: the primary metric has no value on the test rows that were measured.',
    });
  });
});
