import type { MetricFamily } from '../../family.js';

export const precisionAtK = {
  name: 'precision',
  title: 'Precision at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'retrieval',
  formula:
    'The relevant items among the first K, divided by K whatever the length of the catalogue: the mean over the users or, per row, over the rows, ' +
    'of which each has one relevant item.',
  source: {
    title:
      'Herlocker, Konstan, Terveen, Riedl: Evaluating Collaborative Filtering Recommender Systems (TOIS 2004)',
    url: 'https://doi.org/10.1145/963770.963772',
  },
} as const satisfies MetricFamily;
