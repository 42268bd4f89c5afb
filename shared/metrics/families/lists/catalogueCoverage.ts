import type { MetricFamily } from '../../family.js';

export const catalogueCoverage = {
  name: 'coverage',
  title: 'Catalogue coverage at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The share of the items of the catalogue that stand among the first K of at least one list, of at most 10,000 users drawn by the seed.',
  source: {
    title:
      'Ge, Delgado-Battenfeld, Jannach: Beyond Accuracy: Evaluating Recommender Systems by Coverage and Serendipity (RecSys 2010)',
    url: 'https://doi.org/10.1145/1864708.1864761',
  },
} as const satisfies MetricFamily;
