import { ksPValue } from './families/data/ksPValue.js';
import { kl } from './families/data/kl.js';
import { missingShare } from './families/data/missingShare.js';
import { outlierShare } from './families/data/outlierShare.js';
import { psi } from './families/data/psi.js';
import { latencyP50 } from './families/serving/latencyP50.js';
import { latencyP95 } from './families/serving/latencyP95.js';
import { latencyP99 } from './families/serving/latencyP99.js';
import { memory } from './families/serving/memory.js';
import { modelSize } from './families/serving/modelSize.js';
import { accuracy } from './families/yesOrNo/accuracy.js';
import { auc } from './families/yesOrNo/auc.js';
import { hitRate } from './families/retrieval/hitRate.js';
import { meanAveragePrecision } from './families/retrieval/meanAveragePrecision.js';
import { meanRank } from './families/retrieval/meanRank.js';
import { meanReciprocalRank } from './families/retrieval/meanReciprocalRank.js';
import { ndcg } from './families/retrieval/ndcg.js';
import { precisionAtK } from './families/retrieval/precisionAtK.js';
import { coldUsersRecall } from './families/retrieval/coldUsersRecall.js';
import { learningRate } from './families/training/learningRate.js';
import { loss } from './families/training/loss.js';
import { mae } from './families/ratings/mae.js';
import { ratingLoss } from './families/training/ratingLoss.js';
import { recall } from './families/retrieval/recall.js';
import { retrievalLoss } from './families/training/retrievalLoss.js';
import { rmse } from './families/ratings/rmse.js';
import { rows } from './families/training/rows.js';
import { temperature } from './families/training/temperature.js';
import { r2 } from './families/ratings/r2.js';
import { mape } from './families/ratings/mape.js';
import { pearson } from './families/ratings/pearson.js';
import { spearman } from './families/ratings/spearman.js';
import { explainedVariance } from './families/ratings/explainedVariance.js';
import { answerPrecision } from './families/yesOrNo/answerPrecision.js';
import { answerRecall } from './families/yesOrNo/answerRecall.js';
import { f1 } from './families/yesOrNo/f1.js';
import { averagePrecision } from './families/yesOrNo/averagePrecision.js';
import { logLoss } from './families/yesOrNo/logLoss.js';
import { brier } from './families/yesOrNo/brier.js';
import { calibrationError } from './families/yesOrNo/calibrationError.js';
import { catalogueCoverage } from './families/lists/catalogueCoverage.js';
import { giniIndex } from './families/lists/giniIndex.js';
import { novelty } from './families/lists/novelty.js';
import { popularityLift } from './families/lists/popularityLift.js';
import { listSimilarity } from './families/lists/listSimilarity.js';
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
  ndcg,
  hitRate,
  precisionAtK,
  meanAveragePrecision,
  meanReciprocalRank,
  meanRank,
  coldUsersRecall,
  catalogueCoverage,
  giniIndex,
  novelty,
  popularityLift,
  listSimilarity,
  rmse,
  auc,
  mae,
  r2,
  explainedVariance,
  mape,
  pearson,
  spearman,
  accuracy,
  answerPrecision,
  answerRecall,
  f1,
  averagePrecision,
  logLoss,
  brier,
  calibrationError,
  learningRate,
  temperature,
  rows,
  missingShare,
  outlierShare,
  psi,
  kl,
  ksPValue,
  latencyP50,
  latencyP95,
  latencyP99,
  modelSize,
  memory,
} as const satisfies MetricTable;
