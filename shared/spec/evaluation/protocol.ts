/** What counts as a question, what is ranked for it, and whom it is asked of. */
import { z } from 'zod';
import { metricNameSchema } from '../../common.js';
import { described } from '../../described.js';
import { conditionSchema } from '../columns.js';
import { canonicalMetricName } from '../../metrics/names.js';

/** Protocols by name, so that figures can be put beside those of others. */
const PROTOCOLS = {
  /** Of TensorFlow Recommenders' FactorizedTopK: every row is a question, and the whole catalogue is ranked. */
  tfrs: { per: 'row', exclude: 'none' },
  /** Of most papers: a user has one list, without what the user has in train. */
  perUser: { per: 'user', exclude: 'train' },
} as const satisfies Record<string, Protocol>;

export interface Protocol {
  per: 'row' | 'user';
  exclude: 'none' | 'train' | 'trainAndValidation';
}

export const protocolShape = {
  protocol: described(
    z.enum(['tfrs', 'perUser']).default('tfrs'),
    'How retrieval is measured. `tfrs`: each row of the split is a question whose answer is its item, and the whole catalogue is ranked, as `FactorizedTopK` ' +
      'of TensorFlow Recommenders does. `perUser`: each user has one list, without the items that the user has in train, and the answers are all items of the user’s rows, ' +
      'as most papers measure. `per` and `exclude` change either.',
  ),
  per: described(
    z.enum(['row', 'user']).optional(),
    'What is a question. `row`: each row, whose one relevant item is its own. `user`: each user, whose relevant items are the distinct ones of the rows, ' +
      'asked with the query features of the first of these rows. As `protocol` says unless given. Rows of users that train does not have are questions each.',
  ),
  exclude: described(
    z.enum(['none', 'train', 'trainAndValidation']).optional(),
    'What is left out of each ranking: the items of the user’s rows of train, or of train and validation. Rows whose item is left out do not count. ' +
      'Without it, what a user takes again and again counts as found. Of the validation split only the items of train are left out. As `protocol` says unless given.',
  ),
  relevant: described(
    conditionSchema.optional(),
    'The condition that a row meets to count as an answer, such as a rating of 4 or more; all rows unless given. It is of the rows that are measured: ' +
      'training learns from all, and `exclude` leaves out all that the user had. Metrics of predicted targets are of all rows too.',
    { column: 'rating', is: 'greaterOrEqual', value: 4 },
  ),
  maxUsers: described(
    z.int().min(1).max(100_000_000).optional(),
    'The most users that retrieval is measured by on a split, drawn by the seed `evaluation`; all of them unless given.',
    10_000,
  ),
  evalSteps: described(
    z.int().min(1).max(1_000_000).optional(),
    'The most batches of `training.batchSize` rows that an epoch’s validation takes, drawn once by the seed `evaluation`: per user, whole users. All rows unless given. ' +
      'The test split is always measured in full.',
    20,
  ),
  primaryMetric: described(
    metricNameSchema.overwrite((name) => canonicalMetricName(name)).optional(),
    'The metric of the test split that reports, the verdict and best runs go by. Unless given it is the recall at the largest K of a model that finds items, and the RMSE ' +
      'or the area under the ROC curve of one that only predicts. Early stopping goes by `training.earlyStopping.monitor` all the same.',
    'test_ndcg_at_10',
  ),
};

/** What a specification's protocol comes to. */
export function protocolOf({
  protocol,
  per,
  exclude,
}: Pick<z.infer<z.ZodObject<typeof protocolShape>>, 'protocol' | 'per' | 'exclude'>): Protocol {
  const named = PROTOCOLS[protocol];
  return { per: per ?? named.per, exclude: exclude ?? named.exclude };
}
