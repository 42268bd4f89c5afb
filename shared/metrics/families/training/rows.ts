import type { MetricFamily } from '../../family.js';

export const rows = {
  name: 'rows',
  title: 'Rows measured on',
  better: null,
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['test'],
  perK: false,
  display: { as: 'count' },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'How many rows the other metrics of the split are means over: those whose user and item occur in the training rows, and of a ranking ' +
    'model those with a target.',
  source: null,
} as const satisfies MetricFamily;
