import type { MetricFamily } from '../../family.js';

export const psi = {
  name: 'psi',
  title: 'Population stability index',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['data'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Σ (pᵢ − qᵢ) · ln(pᵢ ÷ qᵢ) over about ten bins, p the shares of the current data and q those of the reference. Of one column where the gate names it, else the worst of those whose distribution should last: numbers, categories and booleans. There is none without a reference.',
  source: {
    title: 'Siddiqi: Credit Risk Scorecards (Wiley, 2006)',
    url: 'https://doi.org/10.1002/9781119201731',
  },
} as const satisfies MetricFamily;
