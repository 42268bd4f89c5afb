import type { MetricFamily } from '../../family.js';

export const memory = {
  name: 'memory_mb',
  title: 'Memory of the opened model',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['serving'],
  perK: false,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The bytes that the opened model holds in memory ÷ 1,000,000: its arrays and what it has on the heap.',
  source: null,
} as const satisfies MetricFamily;
