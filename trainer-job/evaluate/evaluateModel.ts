import { METRICS, metricName, type Metrics, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { scoreBaseline } from './baselines.js';
import { evaluationRows } from './evaluationRows.js';
import { ratedPairs } from './ratedPairs.js';
import { ratingBaselines } from './ratingBaselines.js';
import { isBinaryTarget } from './ratingMetrics.js';
import { splitScorer } from './splitScorer.js';

export interface EvaluationOutcome {
  /** Of the test split, and how many rows of it count. */
  metrics: Metrics;
  /** Those that baselines have, by the baseline's name. */
  baselines: Record<string, Metrics>;
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
  const retrieval = spec.model.type === 'ranking' ? undefined : await retrievalBaselines(request);
  const rating = model.rating && baselinesOfRatings(request);
  const rows = retrieval?.rows ?? rating?.rows ?? 0;
  return {
    metrics: { ...metrics, [metricName(METRICS.rows, 'test')]: rows },
    baselines: { ...retrieval?.baselines, ...rating?.baselines },
  };
}

interface Baselines {
  rows: number;
  baselines: Record<string, Metrics>;
}

async function retrievalBaselines({ data, spec, between }: Evaluated): Promise<Baselines> {
  const rows = evaluationRows(data, 'test');
  const baselines: Record<string, Metrics> = {};
  for (const name of spec.evaluation.baselines) {
    baselines[name] = scoreBaseline(name, data, rows, spec.evaluation.k, 'test');
    await between?.();
  }
  return { rows: rows.rowCount, baselines };
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
