import type { MetricFamily } from '../../family.js';

export const spearman = {
  name: 'spearman',
  title: 'Spearman rank correlation',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['validation', 'test'],
  perK: false,
  mayBeNegative: true,
  least: -1,
  greatest: 1,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'The Pearson correlation of the ranks of predictions and of targets, equal ones having the mean of their ranks: how well predictions put rows in order, however far off they are. There is none where there is no Pearson correlation.',
  source: {
    title:
      'Spearman: The Proof and Measurement of Association between Two Things (American Journal of Psychology 1904)',
    url: 'https://doi.org/10.2307/1412159',
  },
} as const satisfies MetricFamily;
