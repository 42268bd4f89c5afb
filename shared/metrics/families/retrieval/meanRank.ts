import type { MetricFamily } from '../../family.js';

export const meanRank = {
  name: 'mean_rank',
  title: 'Mean rank',
  better: 'lower',
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: false,
  display: { as: 'number', digits: 1 },
  columns: [],
  orderedOn: [],
  baselines: 'retrieval',
  formula:
    'The mean place of the relevant items, from 1, in the ranking of the whole catalogue: over the rows or, per user, over the users of the mean over ' +
    'the relevant items of each. What is left out of a ranking counts for no place.',
  source: {
    title:
      'Bordes, Usunier, Garcia-Durán, Weston, Yakhnenko: Translating Embeddings for Modeling Multi-relational Data (NIPS 2013)',
    url: 'https://papers.nips.cc/paper/2013/hash/1cecc7a77928ca8133fa24680a88d2f9-Abstract.html',
  },
} as const satisfies MetricFamily;
