import type { MetricFamily } from '../../family.js';

export const outlierShare = {
  name: 'outlier_share',
  title: 'Share of outliers',
  better: 'lower',
  models: ['retrieval', 'ranking', 'hybrid'],
  splits: ['data'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'Values that are more than three sample standard deviations from the mean ÷ all values of the column. Of one column where the gate names it, else the greatest of all columns of numbers. It is counted where a gate asks for it.',
  source: {
    title: 'Shewhart: Economic Control of Quality of Manufactured Product (1931)',
    url: 'https://archive.org/details/in.ernet.dli.2015.150272',
  },
} as const satisfies MetricFamily;
