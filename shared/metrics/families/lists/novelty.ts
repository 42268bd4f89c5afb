import type { MetricFamily } from '../../family.js';

export const novelty = {
  name: 'novelty',
  title: 'Novelty at K',
  better: null,
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: true,
  display: { as: 'number', digits: 2 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The mean over the lists of the mean of −log₂ p(i) over the first K items, in bits, where p(i) is the share of the training rows that have the item: more where less known ' +
    'items are recommended.',
  source: {
    title:
      'Vargas, Castells: Rank and Relevance in Novelty and Diversity Metrics for Recommender Systems (RecSys 2011)',
    url: 'https://doi.org/10.1145/2043932.2043955',
  },
} as const satisfies MetricFamily;
