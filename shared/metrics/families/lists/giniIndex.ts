import type { MetricFamily } from '../../family.js';

export const giniIndex = {
  name: 'gini',
  title: 'Gini index at K',
  better: 'lower',
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Σⱼ (2j − n − 1) xⱼ / (n Σ x) over the n items of the catalogue, where x₁ ≤ … ≤ xₙ is how often each stands among the first K of the lists: 0 where all do equally ' +
    'often, near 1 where the lists are all of the same few.',
  source: {
    title:
      'Fleder, Hosanagar: Blockbuster Culture’s Next Rise or Fall: The Impact of Recommender Systems on Sales Diversity (Management Science 2009)',
    url: 'https://doi.org/10.1287/mnsc.1080.0974',
  },
} as const satisfies MetricFamily;
