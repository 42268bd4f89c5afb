import type { MetricFamily } from '../../family.js';

export const modelSize = {
  name: 'model_mb',
  title: 'Size of the exported model',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['serving'],
  perK: false,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula: 'The bytes of the files that serving reads ÷ 1,000,000.',
  source: null,
} as const satisfies MetricFamily;
