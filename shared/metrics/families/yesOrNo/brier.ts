import type { MetricFamily } from '../../family.js';

export const brier = {
  name: 'brier',
  title: 'Brier score',
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
    'Σ (p − y)² / n, p being the prediction and y the target as a 0 or a 1. A prediction below 0 counts as 0, and one above 1 as 1.',
  source: {
    title: 'Gneiting, Raftery: Strictly Proper Scoring Rules, Prediction, and Estimation (JASA 2007)',
    url: 'https://doi.org/10.1198/016214506000001437',
  },
} as const satisfies MetricFamily;
