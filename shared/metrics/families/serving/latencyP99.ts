import type { MetricFamily } from '../../family.js';
import { SERVED_QUERIES } from './servedQueries.js';

export const latencyP99 = {
  name: 'latency_p99_ms',
  title: '99th percentile of the latency',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['serving'],
  perK: true,
  at: SERVED_QUERIES,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula: 'The same of 99 percent of the requests.',
  source: null,
} as const satisfies MetricFamily;
