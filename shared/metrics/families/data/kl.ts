import type { MetricFamily } from '../../family.js';

export const kl = {
  name: 'kl',
  title: 'Kullback–Leibler divergence',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['data'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Σ pᵢ · ln(pᵢ ÷ qᵢ) over the same bins, in nats. Of one column where the gate names it, else the worst of those whose distribution should last: numbers, categories and booleans. There is none without a reference.',
  source: {
    title: 'Kullback, Leibler: On Information and Sufficiency (1951)',
    url: 'https://doi.org/10.1214/aoms/1177729694',
  },
} as const satisfies MetricFamily;
