import type { MetricFamily } from '../../family.js';

export const recall = {
  name: 'recall',
  title: 'Recall at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  unprefixed: 'validation',
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: ['epochs', 'result'],
  orderedOn: ['test'],
  baselines: 'retrieval',
  formula:
    'The share of the rows whose item is among the K best: fewer than K items of the catalogue score strictly higher than it. ' +
    'A row counts when its user and its item occur in the training rows; no item is left out of the catalogue.',
  source: {
    title:
      'Cremonesi, Koren, Turrin: Performance of Recommender Algorithms on Top-N Recommendation Tasks (RecSys 2010)',
    url: 'https://doi.org/10.1145/1864708.1864721',
  },
} as const satisfies MetricFamily;
