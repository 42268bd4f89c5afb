import type { MetricFamily } from '../../family.js';

export const ratingLoss = {
  name: 'rating_loss',
  title: 'Rating loss',
  better: 'lower',
  models: ['hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The part of a hybrid’s loss that predicts the target, before its weight: the mean of `model.rating.loss` over the rows that have one, ' +
    'of the numbers that training sees.',
  source: {
    title: 'Goodfellow, Bengio, Courville: Deep Learning (2016), 6.2.2 Output Units',
    url: 'https://www.deeplearningbook.org/contents/mlp.html',
  },
} as const satisfies MetricFamily;
