import type { MetricFamily } from '../../family.js';

export const learningRate = {
  name: 'learning_rate',
  title: 'Learning rate',
  better: null,
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['training'],
  unprefixed: 'training',
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula: 'The optimizer’s rate at the last step of the epoch, after scaling, warm-up and schedule.',
  source: {
    title: 'Goodfellow, Bengio, Courville: Deep Learning (2016), 8.3.1 Stochastic Gradient Descent',
    url: 'https://www.deeplearningbook.org/contents/optimization.html',
  },
} as const satisfies MetricFamily;
