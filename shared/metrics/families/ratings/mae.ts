import type { MetricFamily } from '../../family.js';

export const mae = {
  name: 'mae',
  title: 'Mean absolute error',
  better: 'lower',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['train', 'validation', 'test'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: ['result'],
  orderedOn: [],
  baselines: 'rating',
  formula: 'Σ |ŷ − y| / n over the n rows that have a target, in the column’s own units.',
  source: {
    title:
      'Herlocker, Konstan, Terveen, Riedl: Evaluating Collaborative Filtering Recommender Systems (TOIS 2004)',
    url: 'https://doi.org/10.1145/963770.963772',
  },
} as const satisfies MetricFamily;
