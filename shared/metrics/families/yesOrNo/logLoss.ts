import type { MetricFamily } from '../../family.js';

export const logLoss = {
  name: 'log_loss',
  title: 'Log loss',
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
    '−Σ log p / n, p being the probability that the prediction gives to what the row is, a 1 or a 0. A prediction counts as 2⁻⁵² at least and as 1 − 2⁻⁵² at most, so that a single one that is sure and wrong costs 36.',
  source: {
    title: 'Gneiting, Raftery: Strictly Proper Scoring Rules, Prediction, and Estimation (JASA 2007)',
    url: 'https://doi.org/10.1198/016214506000001437',
  },
} as const satisfies MetricFamily;
