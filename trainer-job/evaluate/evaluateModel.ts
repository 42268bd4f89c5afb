import { METRICS, metricName, type Metrics, type RunWarning, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { scoreBaseline } from './baselines/retrievalBaselines.js';
import { equalScoreWarnings } from './ranks/equalScores.js';
import { evaluationRows } from './ranks/evaluationRows.js';
import { ratedPairs } from './ratings/ratedPairs.js';
import { ratingBaselines } from './baselines/ratingBaselines.js';
import { isBinaryTarget } from './ratings/ratingMetrics.js';
import { scoreColdUsers } from './ranks/scoreSplit.js';
import { splitScorer } from './splitScorer.js';

export interface EvaluationOutcome {
  /** Of the test split, and how many rows of it count. */
  metrics: Metrics;
  /** Those that baselines have, by the baseline's name. */
  baselines: Record<string, Metrics>;
  /** What makes the metrics doubtful. */
  warnings: RunWarning[];
}

interface Evaluated {
  model: TwoTowerModel;
  data: EncodedDataset;
  spec: TrainingSpec;
  /** Called often; what it throws ends the evaluation. */
  between?: () => Promise<void>;
}

/** The model and its baselines on the test split, by the same rows and the same definitions. */
export async function evaluateModel(request: Evaluated): Promise<EvaluationOutcome> {
  const { model, data, spec, between } = request;
  const metrics = await splitScorer(model, data, 'test')(between);
  const retrieval = spec.model.type === 'ranking' ? undefined : await retrievalOutcome(request);
  const rating = model.rating && baselinesOfRatings(request);
  const rows = retrieval?.rows ?? rating?.rows ?? 0;
  return {
    metrics: { ...metrics, ...retrieval?.ofColdUsers, [metricName(METRICS.rows, 'test')]: rows },
    baselines: { ...retrieval?.baselines, ...rating?.baselines },
    warnings: retrieval ? equalScoreWarnings(model, evaluationRows(data, 'test')) : [],
  };
}

interface Baselines {
  rows: number;
  baselines: Record<string, Metrics>;
}

/** What baselines find of all rows that count, and what the model finds of those of users that train does not have. */
async function retrievalOutcome({
  model,
  data,
  spec,
  between,
}: Evaluated): Promise<Baselines & { ofColdUsers: Metrics }> {
  const [rows, coldRows] = [evaluationRows(data, 'test'), evaluationRows(data, 'test', 'cold')];
  const { k } = spec.evaluation;
  const ofColdUsers = await scoreColdUsers(model, coldRows, k, 'test', { between });
  const baselines: Record<string, Metrics> = {};
  for (const name of spec.evaluation.baselines) {
    baselines[name] = {
      ...scoreBaseline(name, data, rows, k, 'test'),
      ...scoreBaseline(name, data, coldRows, k, 'test', METRICS.coldUsersRecall),
    };
    await between?.();
  }
  return { rows: rows.rowCount, baselines, ofColdUsers };
}

function baselinesOfRatings({ model, data }: Evaluated): Baselines {
  const pairs = ratedPairs(data, 'test');
  if (!model.rating) return { rows: pairs.targets.length, baselines: {} };
  const { target } = model.rating;
  const isBinary = isBinaryTarget(model.rating);
  return {
    rows: pairs.targets.length,
    baselines: ratingBaselines(data, target, pairs, isBinary, 'test'),
  };
}
