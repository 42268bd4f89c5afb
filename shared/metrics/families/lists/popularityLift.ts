import type { MetricFamily } from '../../family.js';

export const popularityLift = {
  name: 'popularity_lift',
  title: 'Popularity lift at K',
  better: null,
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  perK: true,
  mayBeNegative: true,
  least: -1,
  display: { as: 'number', digits: 2 },
  columns: [],
  orderedOn: [],
  baselines: null,
  formula:
    'g(lists) / g(histories) − 1, where g is the mean over the users of the mean number of training rows of the items: of the first K of the user’s list, and of the distinct items ' +
    'of the user’s training rows. Above 0, users are recommended better known items than they take.',
  source: {
    title:
      'Abdollahpouri, Mansoury, Burke, Mobasher: The Connection Between Popularity Bias, Calibration, and Fairness in Recommendation (RecSys 2020)',
    url: 'https://doi.org/10.1145/3383313.3418487',
  },
} as const satisfies MetricFamily;
