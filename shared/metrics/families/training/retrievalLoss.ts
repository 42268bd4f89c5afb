import type { MetricFamily } from '../../family.js';

export const retrievalLoss = {
  name: 'retrieval_loss',
  title: 'Retrieval loss',
  better: 'lower',
  models: ['hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The part of a hybrid’s loss that finds items, before its weight: the softmax cross-entropy over the catalogue.',
  source: {
    title: 'Covington, Adams, Sargin: Deep Neural Networks for YouTube Recommendations (RecSys 2016)',
    url: 'https://doi.org/10.1145/2959100.2959190',
  },
} as const satisfies MetricFamily;
