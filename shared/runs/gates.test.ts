import { expect, test } from 'vitest';
import { gateSchema } from '../spec/evaluation/evaluation.js';
import { checkGates } from './gates.js';
import type { RunResult } from './run.js';

const result: RunResult = {
  metrics: { val_loss: 4, test_recall_at_10: 0.2, test_rmse: 0.9, test_auc: 0.8 },
  baselines: {
    popularity: { test_recall_at_10: 0.2 },
    history: { test_recall_at_10: 0.1 },
    globalMean: { test_rmse: 1.1, test_auc: 0.5 },
    userItemMean: { test_rmse: 0.9, test_auc: 0.85 },
  },
  artifacts: {},
  epochsTrained: 1,
  bestEpoch: 1,
  earlyStoppedAtEpoch: null,
  backend: 'wasm',
  examplesPerSecond: 1,
};

test.each([
  [{ metric: 'test_recall_at_10', atLeast: 0.2 }, true],
  [{ metric: 'test_recall_at_10', atLeast: 0.21 }, false],
  [{ metric: 'val_loss', atMost: 4 }, true],
  [{ metric: 'val_loss', atMost: 3.9 }, false],
  [{ metric: 'test_recall_at_10', aboveBaseline: 'history' as const }, true],
  [{ metric: 'test_recall_at_10', aboveBaseline: 'popularity' as const }, false],
  [{ metric: 'val_loss', aboveBaseline: 'history' as const }, false],
  [{ metric: 'test_rmse', aboveBaseline: 'globalMean' as const }, true],
  [{ metric: 'test_rmse', aboveBaseline: 'userItemMean' as const }, false],
  [{ metric: 'test_auc', aboveBaseline: 'globalMean' as const }, true],
  [{ metric: 'test_auc', aboveBaseline: 'userItemMean' as const }, false],
  [{ metric: 'val_loss', atLeast: 3, atMost: 5 }, true],
  [{ metric: 'val_loss', atLeast: 5, atMost: 6 }, false],
])('gate %j against the result: %s', (gate, passed) => {
  expect(checkGates([gate], result)).toEqual([{ ...gate, value: result.metrics[gate.metric], passed }]);
});

test('a metric that the result does not have does not pass', () => {
  expect(checkGates([{ metric: 'test_mae', atMost: 100 }], result)).toEqual([
    { metric: 'test_mae', atMost: 100, value: null, passed: false },
  ]);
});

test('a gate without a bound is refused, for it would always pass', () => {
  expect(gateSchema.safeParse({ metric: 'val_loss' }).success).toBe(false);
});
