import type { MetricFamily } from '../../family.js';

export const f1 = {
  name: 'f1',
  title: 'F1',
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
    'The harmonic mean of precision and recall: 2 · true positives / (2 · true positives + false positives + false negatives); 0 where there is no such row.',
  source: {
    title: 'Chinchor: MUC-4 Evaluation Metrics (MUC 1992)',
    url: 'https://doi.org/10.3115/1072064.1072067',
  },
} as const satisfies MetricFamily;
