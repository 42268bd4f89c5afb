import type { MetricFamily } from '../../family.js';

export const calibrationError = {
  name: 'expected_calibration_error',
  title: 'Expected calibration error',
  better: 'lower',
  models: ['ranking', 'hybrid'],
  targets: ['binary'],
  splits: ['validation', 'test'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'Σ (n_b / n) |mean prediction − share of ones| over ten bins b of equal width, of which each has its upper end and the first has 0 too: how far predictions are from the shares that they are taken for.',
  source: {
    title: 'Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks (ICML 2017)',
    url: 'https://proceedings.mlr.press/v70/guo17a.html',
  },
} as const satisfies MetricFamily;
