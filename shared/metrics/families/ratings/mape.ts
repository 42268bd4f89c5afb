import type { MetricFamily } from '../../family.js';

export const mape = {
  name: 'mape',
  title: 'Mean absolute percentage error',
  better: 'lower',
  models: ['ranking', 'hybrid'],
  targets: ['number'],
  splits: ['validation', 'test'],
  perK: false,
  display: { as: 'number', digits: 4 },
  columns: [],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'Σ |ŷ − y| / |y| / n over the n rows whose target is not 0, as a share: 0.1 is 10 %. There is none where all targets are 0.',
  source: {
    title:
      'Hyndman, Koehler: Another Look at Measures of Forecast Accuracy (International Journal of Forecasting 2006)',
    url: 'https://doi.org/10.1016/j.ijforecast.2006.03.001',
  },
} as const satisfies MetricFamily;
