import type { MetricFamily } from '../../family.js';

export const listSimilarity = {
  name: 'list_similarity',
  title: 'Similarity within a list at K',
  better: null,
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: true,
  mayBeNegative: true,
  least: -1,
  greatest: 1,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'The mean over the lists of the mean cosine of the model’s vectors of each two of the first K items: 1 where a list holds the same again and again. There is none at K of 1.',
  source: {
    title:
      'Ziegler, McNee, Konstan, Lausen: Improving Recommendation Lists Through Topic Diversification (WWW 2005)',
    url: 'https://doi.org/10.1145/1060745.1060754',
  },
} as const satisfies MetricFamily;
