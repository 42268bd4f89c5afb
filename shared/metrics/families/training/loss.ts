import type { MetricFamily } from '../../family.js';

export const loss = {
  name: 'loss',
  title: 'Loss',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['training', 'train', 'validation', 'test'],
  unprefixed: 'training',
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: ['epochs'],
  orderedOn: ['validation'],
  baselines: null,
  formula:
    'The mean over the rows of what training makes small. Of a retrieval model that is what `training.loss` says, of the items that the negatives give, ' +
    'and on the splits the softmax cross-entropy, −log(e^s(u,i) / Σⱼ e^s(u,j)), over the whole catalogue; of a ranking model the loss of its rating head; ' +
    'of a hybrid the sum of both, each times its weight.',
  source: {
    title: 'Covington, Adams, Sargin: Deep Neural Networks for YouTube Recommendations (RecSys 2016)',
    url: 'https://doi.org/10.1145/2959100.2959190',
  },
} as const satisfies MetricFamily;
