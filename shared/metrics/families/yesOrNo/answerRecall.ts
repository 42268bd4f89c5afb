import type { MetricFamily } from '../../family.js';

export const answerRecall = {
  name: 'recall',
  title: 'Recall',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['binary'],
  splits: ['validation', 'test'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'The share of the ones that are taken for a 1; 0 where there are none. A row is taken for a 1 where its prediction is `evaluation.threshold` or more, and is one where its target is 0.5 or more. It has nothing to do with `recall_at_K`, the recall of lists.',
  source: {
    title: 'Fawcett: An Introduction to ROC Analysis (Pattern Recognition Letters 2006)',
    url: 'https://doi.org/10.1016/j.patrec.2005.10.010',
  },
} as const satisfies MetricFamily;
