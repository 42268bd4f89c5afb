import type { MetricFamily } from '../../family.js';

export const meanReciprocalRank = {
  name: 'mrr',
  title: 'Mean reciprocal rank at K',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['train', 'validation', 'test'],
  perK: true,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: ['test'],
  baselines: 'retrieval',
  formula:
    'The mean over the users, or the rows, of 1 / p, where p is the place, from 1, of the first relevant item; 0 where it is none of the first K.',
  source: {
    title: 'Voorhees: The TREC-8 Question Answering Track Report (1999)',
    url: 'https://trec.nist.gov/pubs/trec8/papers/qa_report.pdf',
  },
} as const satisfies MetricFamily;
