import type { MetricFamily } from '../../family.js';

export const averagePrecision = {
  name: 'average_precision',
  title: 'Average precision',
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
    'Σ (Rₜ − Rₜ₋₁) Pₜ over the distinct predictions t, the greatest first: Pₜ and Rₜ are precision and recall where all rows with such a prediction or a greater one are taken for a 1. Rows of equal predictions count together; 0 where there is no 1.',
  source: {
    title:
      'Su, Yuan, Zhu: A Relationship between the Average Precision and the Area Under the ROC Curve (ICTIR 2015)',
    url: 'https://doi.org/10.1145/2808194.2809481',
  },
} as const satisfies MetricFamily;
