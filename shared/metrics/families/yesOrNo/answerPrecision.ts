import type { MetricFamily } from '../../family.js';

export const answerPrecision = {
  name: 'precision',
  title: 'Precision',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['binary'],
  splits: ['validation', 'test'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'The share of ones among the rows that are taken for a 1; 0 where none is. A row is taken for a 1 where its prediction is `evaluation.threshold` or more, and is one where its target is 0.5 or more.',
  source: {
    title: 'Fawcett: An Introduction to ROC Analysis (Pattern Recognition Letters 2006)',
    url: 'https://doi.org/10.1016/j.patrec.2005.10.010',
  },
} as const satisfies MetricFamily;
