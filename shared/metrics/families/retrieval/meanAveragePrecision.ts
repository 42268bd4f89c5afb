import type { MetricFamily } from '../../family.js';

export const meanAveragePrecision = {
  name: 'map',
  title: 'Mean average precision at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: ['test'],
  baselines: 'retrieval',
  formula:
    'The mean over the users, or the rows, of Σ h(p) / p over the places p ≤ K of the relevant items, where h(p) is how many of them stand at p or ' +
    'before, divided by min(K, relevant). Per row, with one relevant item, it is the reciprocal rank.',
  source: {
    title:
      'Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), 8.4 Evaluation of Ranked Retrieval Results',
    url: 'https://nlp.stanford.edu/IR-book/html/htmledition/evaluation-of-ranked-retrieval-results-1.html',
  },
} as const satisfies MetricFamily;
