import type { MetricFamily } from '../../family.js';

export const temperature = {
  name: 'temperature',
  title: 'Temperature',
  better: null,
  models: ['retrieval', 'hybrid'],
  splits: ['training'],
  unprefixed: 'training',
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'What scores are divided by before the softmax, at the end of the epoch; of models that learn it (`model.temperature.learned`).',
  source: {
    title:
      'Yi et al.: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations (RecSys 2019)',
    url: 'https://doi.org/10.1145/3298689.3346996',
  },
} as const satisfies MetricFamily;
