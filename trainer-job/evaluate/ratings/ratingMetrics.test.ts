import { expect, it } from 'vitest';
import { ratingMetrics } from './ratingMetrics.js';

const rows = (predicted: number[], actual: number[]) => ({
  predicted: Float64Array.from(predicted),
  actual: Float64Array.from(actual),
});

it('tells root mean square and mean absolute errors', () => {
  const metrics = ratingMetrics(rows([1, 2, 3], [1, 4, 4]), false, 'validation');
  expect(metrics).toEqual({ val_rmse: Math.sqrt(5 / 3), val_mae: 1 });
});

it('tells the share of pairs in the right order, ties half, and the share beyond 0.5', () => {
  // Pairs of a 1 (0.8, 0.4) and a 0 (0.4, 0.6, 0.1): right, right, right; tie, wrong, right.
  const metrics = ratingMetrics(rows([0.8, 0.4, 0.4, 0.6, 0.1], [1, 1, 0, 0, 0]), true, 'test');
  expect(metrics['test_auc']).toBeCloseTo(4.5 / 6, 12);
  expect(metrics['test_accuracy']).toBeCloseTo(3 / 5, 12);
});

it('takes targets between 0 and 1 for what they are nearer to', () => {
  expect(ratingMetrics(rows([0.9, 0.2, 0.4], [0.9, 0.1, 0.6]), true, 'test')).toEqual({
    test_accuracy: 2 / 3,
    test_auc: 1,
  });
});

it('has no order to tell of rows of one kind, and nothing of no rows', () => {
  expect(ratingMetrics(rows([0.8, 0.4], [1, 1]), true, 'test')).toEqual({ test_accuracy: 0.5 });
  expect(ratingMetrics(rows([], []), false, 'test')).toEqual({});
});
