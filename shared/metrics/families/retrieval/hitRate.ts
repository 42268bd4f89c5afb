import type { MetricFamily } from '../../family.js';

export const hitRate = {
  name: 'hit_rate',
  title: 'Hit rate at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: true,
  oneAtFullK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'retrieval',
  formula:
    'Per user, the share of the users with at least one relevant item among the first K of their list; per row, where each row looks for one item, ' +
    'the recall at K.',
  source: {
    title: 'Deshpande, Karypis: Item-Based Top-N Recommendation Algorithms (TOIS 2004)',
    url: 'https://doi.org/10.1145/963770.963776',
  },
} as const satisfies MetricFamily;
