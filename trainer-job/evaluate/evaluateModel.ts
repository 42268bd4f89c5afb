import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import type { EvaluationOutcome } from '../train/contract.js';
import { scoreBaseline } from './baselines.js';
import { evaluationRows } from './evaluationRows.js';
import { scoreSplit } from './scoreSplit.js';

/** The model and its baselines on the test split, by the same rows and the same definition of a rank. */
export async function evaluateModel(request: {
  model: TwoTowerModel;
  data: EncodedDataset;
  spec: TrainingSpec;
}): Promise<EvaluationOutcome> {
  const { model, data, spec } = request;
  const rows = evaluationRows(data, 'test');
  const metrics = await scoreSplit(model, rows, spec.evaluation.k, 'test_');
  const baselines = Object.fromEntries(
    spec.evaluation.baselines.map((name) => [
      name,
      scoreBaseline(name, data, rows, spec.evaluation.k, 'test_'),
    ]),
  );
  return { metrics: { ...metrics, test_rows: rows.rowCount }, baselines };
}
