import type { MetricFamily } from '../../family.js';

export const accuracy = {
  name: 'accuracy',
  title: 'Accuracy',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['binary'],
  splits: ['train', 'validation', 'test'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: ['result'],
  orderedOn: [],
  baselines: 'rating',
  formula: 'The share of the rows whose prediction and target are both 0.5 or more, or both below.',
  source: {
    title: 'Fawcett: An Introduction to ROC Analysis (Pattern Recognition Letters 2006)',
    url: 'https://doi.org/10.1016/j.patrec.2005.10.010',
  },
} as const satisfies MetricFamily;
