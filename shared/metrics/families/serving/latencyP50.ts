import type { MetricFamily } from '../../family.js';
import { SERVED_QUERIES } from './servedQueries.js';

export const latencyP50 = {
  name: 'latency_p50_ms',
  title: 'Median latency',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['serving'],
  perK: true,
  at: SERVED_QUERIES,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Half of the requests for ten recommendations each to K queries, answered one after the other by one thread of the machine that trained, take no longer than this, in milliseconds; K is 1, 32 or 256.',
  source: null,
} as const satisfies MetricFamily;
