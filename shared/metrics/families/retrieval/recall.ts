import type { MetricFamily } from '../../family.js';

export const recall = {
  name: 'recall',
  title: 'Recall at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  unprefixed: 'validation',
  perK: true,
  oneAtFullK: true,
  display: { as: 'share', digits: 4 },
  columns: ['epochs', 'result'],
  orderedOn: ['test'],
  baselines: 'retrieval',
  formula:
    'Per row, the share of the rows whose item is among the K best: fewer than K items of the catalogue score strictly higher than it. ' +
    'Per user, the share of the user’s relevant items among the first K, the mean over the users. A row counts when its user and its item occur in ' +
    'the training rows; what is left out of the catalogue is what `evaluation.exclude` says: by the protocol `tfrs` nothing, by `perUser` what the ' +
    'user has in train.',
  source: {
    title:
      'Cremonesi, Koren, Turrin: Performance of Recommender Algorithms on Top-N Recommendation Tasks (RecSys 2010)',
    url: 'https://doi.org/10.1145/1864708.1864721',
  },
} as const satisfies MetricFamily;
