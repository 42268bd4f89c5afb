import type { MetricFamily } from '../../family.js';

export const missingShare = {
  name: 'missing_share',
  title: 'Share of missing values',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['data'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Rows without a value, NaN counted as none, ÷ all rows. Of one column where the gate names it, else the greatest of all columns.',
  source: null,
} as const satisfies MetricFamily;
