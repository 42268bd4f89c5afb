import type { MetricFamily } from '../../family.js';

export const auc = {
  name: 'auc',
  title: 'Area under the ROC curve',
  better: 'higher',
  models: ['ranking', 'hybrid'],
  targets: ['binary'],
  splits: ['train', 'validation', 'test'],
  perK: false,
  display: { as: 'share', digits: 4 },
  columns: ['epochs', 'result'],
  orderedOn: [],
  baselines: 'rating',
  formula:
    'The share of the pairs of a 1 and a 0 in which the 1 has the higher prediction, ties counting half. A target of 0.5 or more is a 1; ' +
    'there is none where all rows are of one kind.',
  source: {
    title:
      'Hanley, McNeil: The Meaning and Use of the Area under a Receiver Operating Characteristic Curve (Radiology 1982)',
    url: 'https://doi.org/10.1148/radiology.143.1.7063747',
  },
} as const satisfies MetricFamily;
