import { describe, expect, it } from 'vitest';
import { gateSchema, type GateInput } from '../spec/evaluation/gate.js';
import type { ComparedFigure, GatedFigure } from './gatedFigure.js';
import { gateResultSchema } from './gateResult.js';
import { blockingGates, checkGates, type JudgedResult } from './gates.js';

const RECALL = 'test_recall_at_10';
const result: JudgedResult = {
  metrics: { val_loss: 4, [RECALL]: 0.2, test_rmse: 0.9, test_auc: 0.8 },
  baselines: {
    popularity: { [RECALL]: 0.2 },
    history: { [RECALL]: 0.1 },
    globalMean: { test_rmse: 1.1, test_auc: 0.5 },
    userItemMean: { test_rmse: 0.9, test_auc: 0.85 },
  },
};

const figure = (more: Partial<GatedFigure> & { metric: string }): GatedFigure => ({
  slice: null,
  column: null,
  value: 0.2,
  interval: null,
  others: [],
  why: null,
  ...more,
});
const other = (more: Partial<ComparedFigure>): ComparedFigure => ({
  against: 'production',
  exists: true,
  value: 0.19,
  differenceInterval: null,
  changeInterval: null,
  why: null,
  ...more,
});

function judge(gate: GateInput, figures: GatedFigure[] = []) {
  const [judged] = checkGates([gate], { ...result, figures });
  return judged!;
}

describe('a gate', () => {
  it.each([
    [{ metric: RECALL, atLeast: 0.2 }, true],
    [{ metric: RECALL, atLeast: 0.21 }, false],
    [{ metric: 'val_loss', atMost: 4 }, true],
    [{ metric: 'val_loss', atMost: 3.9 }, false],
    [{ metric: RECALL, aboveBaseline: 'history' as const }, true],
    [{ metric: RECALL, aboveBaseline: 'popularity' as const }, false],
    [{ metric: 'val_loss', aboveBaseline: 'history' as const }, false],
    [{ metric: 'test_rmse', aboveBaseline: 'globalMean' as const }, true],
    [{ metric: 'test_rmse', aboveBaseline: 'userItemMean' as const }, false],
    [{ metric: 'test_auc', aboveBaseline: 'globalMean' as const }, true],
    [{ metric: 'test_auc', aboveBaseline: 'userItemMean' as const }, false],
    [{ metric: 'val_loss', atLeast: 3, atMost: 5 }, true],
    [{ metric: 'val_loss', atLeast: 5, atMost: 6 }, false],
  ])('%j against the metrics of a result alone: %s', (gate, passed) => {
    expect(judge(gate)).toMatchObject({ ...gate, value: result.metrics[gate.metric], passed });
  });

  it('does not pass by a metric that the result does not have, and says so', () => {
    expect(judge({ metric: 'test_mae', atMost: 100 })).toMatchObject({
      value: null,
      passed: false,
      explanation: 'there is no value: the result has no such metric',
    });
  });

  it('without a bound is refused, for it would always pass', () => {
    expect(gateSchema.safeParse({ metric: 'val_loss' }).success).toBe(false);
  });

  it('of before is critical, and its result is read', () => {
    const stored = { metric: RECALL, atLeast: 0.3, value: 0.2, passed: false };
    const read = gateResultSchema.parse(stored);
    expect(read).toMatchObject({ critical: true, onInterval: false, interval: null, explanation: null });
    expect(blockingGates([read])).toEqual([read]);
    expect(blockingGates([{ ...read, critical: false }])).toEqual([]);
  });
});

describe('a margin', () => {
  const run = (value: number, gate: Partial<GateInput>, metric = RECALL) =>
    judge({ metric, aboveRun: { run: 'shop#46', value }, ...gate }).passed;

  it.each([
    // 0.2 less 0.1 is not quite 0.1 in floating point.
    [0.1, { minImprovement: 0.1 }, true],
    [0.1, { minImprovement: 0.100001 }, false],
    [0.16, { minImprovement: { share: 0.25 } }, true],
    [0.16, { minImprovement: { share: 0.26 } }, false],
    [0.21, { maxRegression: 0.01 }, true],
    [0.22, { maxRegression: 0.01 }, false],
    [0.25, { maxRegression: { share: 0.2 } }, true],
    [0.25, { maxRegression: { share: 0.19 } }, false],
    [0.2, { minImprovement: 0 }, true],
    [0.2, {}, false],
    [0, { minImprovement: { share: 5 } }, true],
  ] as const)('beside a recall of %d, %j: %s', (value, gate, passed) => {
    expect(run(value, gate)).toBe(passed);
  });

  it('is of the other direction where less is better', () => {
    expect(run(0.92, { minImprovement: 0.02 }, 'test_rmse')).toBe(true);
    expect(run(0.91, { minImprovement: 0.02 }, 'test_rmse')).toBe(false);
    expect(run(0.9 / 1.1, { maxRegression: { share: 0.1 } }, 'test_rmse')).toBe(true);
    expect(run(0.8, { maxRegression: { share: 0.1 } }, 'test_rmse')).toBe(false);
  });

  it('of a share has no meaning beside 0: any regression from 0 is more than it', () => {
    const metrics = { test_rmse: 0.5 };
    const gate = { metric: 'test_rmse', aboveRun: { run: 'shop#46', value: 0 } };
    expect(
      checkGates([{ ...gate, maxRegression: { share: 9 } }], { metrics, baselines: {} })[0]!.passed,
    ).toBe(false);
  });
});

describe('a gate on the interval', () => {
  const sure = figure({ metric: RECALL, interval: { low: 0.19, high: 0.21 } });

  it.each([
    [{ atLeast: 0.19 }, true],
    [{ atLeast: 0.195 }, false],
    [{ atMost: 0.21 }, true],
    [{ atMost: 0.205 }, false],
    [{ aboveRun: { run: 'shop#46', value: 0.18 } }, true],
    [{ aboveRun: { run: 'shop#46', value: 0.195 } }, false],
  ])('%j goes by its worse bound: %s', (bound, passed) => {
    expect(judge({ metric: RECALL, ...bound, onInterval: true }, [sure]).passed).toBe(passed);
    expect(judge({ metric: RECALL, ...bound }, [sure]).passed).toBe(true);
  });

  it('goes by the interval of the difference where it is compared', () => {
    const low = (bound: number) => [
      figure({
        metric: RECALL,
        others: [other({ differenceInterval: { low: bound, high: 0.02 }, changeInterval: null })],
      }),
    ];
    const gate = { metric: RECALL, aboveProduction: true as const, onInterval: true };
    expect(judge(gate, low(0.001)).passed).toBe(true);
    expect(judge(gate, low(-0.001))).toMatchObject({
      passed: false,
      explanation: expect.stringMatching(
        /the difference is -0.001 to 0.02.*on the worse bound of the difference$/,
      ),
    });
    expect(judge({ ...gate, maxRegression: 0.002 }, low(-0.001)).passed).toBe(true);
  });

  it('of an error goes by the upper bound', () => {
    const errors = figure({ metric: 'test_rmse', value: 0.9, interval: { low: 0.8, high: 1 } });
    const gate = { metric: 'test_rmse', onInterval: true };
    expect(judge({ ...gate, aboveRun: { run: 'shop#46', value: 1.1 } }, [errors]).passed).toBe(true);
    expect(judge({ ...gate, aboveRun: { run: 'shop#46', value: 0.95 } }, [errors]).passed).toBe(false);
  });

  it('does not pass where none was computed', () => {
    expect(judge({ metric: RECALL, atLeast: 0.1, onInterval: true })).toMatchObject({
      passed: false,
      explanation: expect.stringContaining('no interval of it was computed'),
    });
  });
});

describe('aboveProduction', () => {
  const gate = { metric: RECALL, aboveProduction: true as const };
  const against = (more: Partial<ComparedFigure>) => [figure({ metric: RECALL, others: [other(more)] })];

  it('is passed by a result that is better', () => {
    expect(judge(gate, against({}))).toMatchObject({
      passed: true,
      explanation: 'that of the version in production is 0.19',
    });
    expect(judge(gate, against({ value: 0.2 }))).toMatchObject({
      passed: false,
      explanation: 'it is 0.2 and that of the version in production is 0.2; it must be above that',
    });
  });

  it('passes where no version serves, and says so', () => {
    expect(judge(gate, against({ exists: false, value: null, why: null }))).toMatchObject({
      passed: true,
      explanation: 'no version was in production to compare it with',
    });
  });

  it('does not pass where the version that serves could not be measured', () => {
    expect(judge(gate, against({ value: null, why: 'its artifacts are gone' }))).toMatchObject({
      passed: false,
      explanation: 'there is nothing to compare it with: its artifacts are gone',
    });
    expect(judge(gate)).toMatchObject({ passed: false });
  });
});

describe('a gate on a slice or a column', () => {
  const slice = { by: 'city', value: 'Vienna' };

  it('goes by its own figure, and not by that of all rows', () => {
    const figures = [figure({ metric: RECALL, slice, value: 0.05 })];
    expect(judge({ metric: RECALL, slice, atLeast: 0.1 }, figures)).toMatchObject({
      value: 0.05,
      passed: false,
    });
    expect(judge({ metric: RECALL, atLeast: 0.1 }, figures)).toMatchObject({ value: 0.2, passed: true });
    expect(
      judge({ metric: RECALL, slice: { ...slice, value: 'Graz' }, atLeast: 0.1 }, figures),
    ).toMatchObject({ value: null, passed: false });
    const price = [figure({ metric: 'data_psi', column: 'price', value: 0.3 })];
    expect(judge({ metric: 'data_psi', column: 'price', atMost: 0.25 }, price).passed).toBe(false);
    expect(judge({ metric: 'data_psi', atMost: 0.25 }, price).value).toBeNull();
  });

  it('of no column says which is the worst, missed or passed', () => {
    const worst = [figure({ metric: 'data_psi', value: 0.3, worstColumn: 'price' })];
    expect(judge({ metric: 'data_psi', atMost: 0.25 }, worst).explanation).toBe(
      'that of the column price is 0.3, above 0.25',
    );
    expect(judge({ metric: 'data_psi', atMost: 0.35 }, worst).explanation).toBe('the worst column is price');
  });

  it('says why there is no figure', () => {
    const why = 'no test row is of that slice';
    expect(
      judge({ metric: RECALL, slice, atLeast: 0.1 }, [figure({ metric: RECALL, slice, value: null, why })]),
    ).toMatchObject({ passed: false, explanation: `there is no value: ${why}` });
  });
});

describe('aboveRun', () => {
  it('whose value was not read when the run was started does not pass', () => {
    expect(judge({ metric: RECALL, aboveRun: 'k3v7q2mzx5ahc4tnwy6d' })).toMatchObject({
      passed: false,
      explanation: expect.stringContaining('k3v7q2mzx5ahc4tnwy6d'),
    });
  });
});
