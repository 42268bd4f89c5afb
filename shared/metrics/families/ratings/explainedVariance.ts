import type { MetricFamily } from '../../family.js';

export const explainedVariance = {
  name: 'explained_variance',
  title: 'Explained variance',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['validation', 'test'],
  perK: false,
  mayBeNegative: true,
  greatest: 1,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    '1 − Var(y − ŷ) / Var(y): as R², but blind to a constant that all predictions are off by. Where all targets are the same, 1 if all errors are, else 0.',
  source: {
    title: 'scikit-learn: explained_variance_score',
    url: 'https://scikit-learn.org/stable/modules/model_evaluation.html#explained-variance-score',
  },
} as const satisfies MetricFamily;
