import type { MetricFamily } from '../../family.js';
import { SERVED_QUERIES } from './servedQueries.js';

export const latencyP95 = {
  name: 'latency_p95_ms',
  title: '95th percentile of the latency',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['serving'],
  perK: true,
  at: SERVED_QUERIES,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula: 'The same of 95 percent of the requests.',
  source: null,
} as const satisfies MetricFamily;
