import type { MetricFamily } from '../../family.js';

export const ndcg = {
  name: 'ndcg',
  title: 'Normalized discounted cumulative gain at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: ['test'],
  baselines: 'retrieval',
  formula:
    'Σ 1 / log₂(1 + p) over the places p ≤ K, from 1, of the relevant items, divided by the same sum of the best list that there could be, whose ' +
    'first min(K, relevant) places are all relevant: gains are binary. The mean over the users or, per row, over the rows, of which each has ' +
    'one relevant item.',
  source: {
    title: 'Järvelin, Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques (TOIS 2002)',
    url: 'https://doi.org/10.1145/582415.582418',
  },
} as const satisfies MetricFamily;
