/** What a result came from, for `evaluation.json`: the rows, the model and the training. */
import { inputWidthOf } from '@trainyard/recommender/encode/encodedFeature';
import { cutText, type EvaluationReport, type TrainingSpec } from '@trainyard/shared';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import type { Outputs } from './stage.js';

/** Words of whatever length, as the report takes them. */
const MOST = { checks: 200, notes: 50, characters: 1000 };

export function dataOf(spec: TrainingSpec, outputs: Outputs): EvaluationReport['data'] {
  const { source, outcome } = outputs.of('ingest');
  const { validation } = outputs.of('validate');
  const { rows, candidate } = outputs.of('transform').outcome;
  const notes = [...validation.warnings, ...validation.schema_changes.map(({ message }) => message)];
  const short = (text: string) => cutText(text, MOST.characters);
  return {
    source: sourceOf(spec),
    fingerprint: source.fingerprint,
    snapshot: outcome.snapshot,
    rowsRead: outcome.rowsRead,
    rowsKept: outcome.rowsKept,
    rows,
    items: candidate.entities - 1,
    passed: validation.passed,
    reference: short(validation.reference),
    checks: validation.findings.slice(0, MOST.checks).map(({ outcome: became, severity, message }) => ({
      outcome: became,
      severity,
      message: short(message),
    })),
    notes: notes.slice(0, MOST.notes).map(short),
    drift: validation.drift
      .map(({ column, psi, kl, ks }) => ({ column, psi, kl, ks: ks?.statistic ?? null }))
      .toSorted((a, b) => b.psi - a.psi),
  };
}

function sourceOf({ dataset: { source } }: TrainingSpec): string {
  if (source.uri !== undefined) return source.uri;
  return source.bigquery?.table ?? 'a query of BigQuery';
}

export function modelOf(model: TwoTowerModel): EvaluationReport['model'] {
  const sizeOf = (parameters: TwoTowerModel['parameters']) =>
    parameters.reduce((sum, { values }) => sum + values.length, 0);
  const towerOf = (tower: 'query' | 'candidate') => ({
    features: model[tower].data.features.map((feature) => ({
      name: feature.name,
      transform: feature.transform,
      width: inputWidthOf(feature),
    })),
    layers: model.spec.model[tower].layers.length,
    parameters: sizeOf(model[tower].parameters),
  });
  return {
    similarity: model.spec.model.similarity,
    width: model.width,
    parameters: sizeOf(model.parameters),
    query: towerOf('query'),
    candidate: towerOf('candidate'),
  };
}

export function trainingOf(outputs: Outputs): EvaluationReport['training'] {
  const { epochsTrained, earlyStoppedAtEpoch, examplesPerSecond } = outputs.of('train');
  return { epochsTrained, earlyStoppedAtEpoch, examplesPerSecond, stageSeconds: outputs.seconds };
}
