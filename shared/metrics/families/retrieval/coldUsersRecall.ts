import type { MetricFamily } from '../../family.js';

export const coldUsersRecall = {
  name: 'cold_users_recall',
  title: 'Recall at K of cold users',
  better: 'higher',
  models: ['retrieval', 'hybrid'],
  splits: ['test'],
  users: 'cold',
  perK: true,
  oneAtFullK: true,
  display: { as: 'share', digits: 4 },
  columns: ['result'],
  orderedOn: [],
  baselines: 'retrieval',
  formula:
    'The recall at K of the rows whose user occurs in no training row, and whose item does: how good the lists are for those whom the model ' +
    'knows by their features alone or, without any, not at all. There is none where the split has no such rows. Who has no history ' +
    'is recommended the most popular items by `history` too.',
  source: {
    title:
      'Schein, Popescul, Ungar, Pennock: Methods and Metrics for Cold-Start Recommendations (SIGIR 2002)',
    url: 'https://doi.org/10.1145/564376.564421',
  },
} as const satisfies MetricFamily;
