import type { MetricFamily } from '../../family.js';

export const r2 = {
  name: 'r2',
  title: 'Coefficient of determination (R²)',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['validation', 'test'],
  perK: false,
  mayBeNegative: true,
  greatest: 1,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    '1 − Σ (ŷ − y)² / Σ (y − ȳ)²: the share of the targets’ variance about their mean ȳ that predictions explain; below 0 they are worse than that mean. Where all targets are the same, 1 if every prediction is right, else 0; there is none of fewer than two rows.',
  source: {
    title: 'Kvålseth: Cautionary Note about R² (The American Statistician 1985)',
    url: 'https://doi.org/10.1080/00031305.1985.10479448',
  },
} as const satisfies MetricFamily;
