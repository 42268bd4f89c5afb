import { accuracy } from './families/accuracy.js';
import { auc } from './families/auc.js';
import { coldUsersRecall } from './families/coldUsersRecall.js';
import { learningRate } from './families/learningRate.js';
import { loss } from './families/loss.js';
import { mae } from './families/mae.js';
import { ratingLoss } from './families/ratingLoss.js';
import { recall } from './families/recall.js';
import { retrievalLoss } from './families/retrievalLoss.js';
import { rmse } from './families/rmse.js';
import { rows } from './families/rows.js';
import { temperature } from './families/temperature.js';
import type { MetricTable } from './family.js';

/**
 * Every metric that Trainyard computes. A new one is a file in `families/`, a line here, and what computes it in the trainer:
 * monitors, gates, orderings, indexes, columns, the API's description and the reference page follow from the table.
 */
export const METRICS = {
  loss,
  retrievalLoss,
  ratingLoss,
  recall,
  coldUsersRecall,
  rmse,
  auc,
  mae,
  accuracy,
  learningRate,
  temperature,
  rows,
} as const satisfies MetricTable;
