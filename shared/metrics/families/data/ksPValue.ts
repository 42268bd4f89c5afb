import type { MetricFamily } from '../../family.js';

export const ksPValue = {
  name: 'ks_p_value',
  title: 'p-value of the Kolmogorov–Smirnov test',
  better: 'higher',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['data'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'How probable so large a distance of the two distributions is where they are the same: small where the data have drifted. Of one column where the gate names it, else the least of all columns of numbers. With millions of rows the smallest difference is significant: prefer the population stability index there. There is none without a reference.',
  source: {
    title: 'Massey: The Kolmogorov-Smirnov Test for Goodness of Fit (JASA 1951)',
    url: 'https://doi.org/10.1080/01621459.1951.10500769',
  },
} as const satisfies MetricFamily;
