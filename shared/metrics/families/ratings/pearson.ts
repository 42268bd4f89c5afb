import type { MetricFamily } from '../../family.js';

export const pearson = {
  name: 'pearson',
  title: 'Pearson correlation',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['validation', 'test'],
  perK: false,
  mayBeNegative: true,
  least: -1,
  greatest: 1,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'Σ (ŷ − mean ŷ)(y − mean y) / √(Σ (ŷ − mean ŷ)² Σ (y − mean y)²), from −1 to 1. There is none of fewer than two rows, nor where all predictions or all targets are the same.',
  source: {
    title:
      'Pearson: Note on Regression and Inheritance in the Case of Two Parents (Proceedings of the Royal Society 1895)',
    url: 'https://doi.org/10.1098/rspl.1895.0041',
  },
} as const satisfies MetricFamily;
