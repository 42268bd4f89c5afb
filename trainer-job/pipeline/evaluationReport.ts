/** What `evaluation.json` says: the findings of `evaluate`, and what the run has to add to them. */
import {
  checkGates,
  type EvaluationReport,
  type RunResult,
  type TrainingSpec,
  verdictOf,
} from '@trainyard/shared';
import type { Settings } from '../settings/settings.js';
import type { Outputs } from './stage.js';

/** After `evaluate`: it needs its outputs and those of `train`. */
export function evaluationReport(
  { runId, modelVersion, attempt }: Pick<Settings, 'runId' | 'modelVersion' | 'attempt'>,
  spec: TrainingSpec,
  outputs: Outputs,
  now: Date,
): EvaluationReport {
  const { findings, metrics, baselines } = outputs.of('evaluate');
  const { metrics: validationMetrics, history, bestEpoch } = outputs.of('train');
  const judged: Pick<RunResult, 'metrics' | 'baselines'> = {
    metrics: { ...validationMetrics, ...metrics },
    baselines,
  };
  const gates = checkGates(spec.evaluation.gates, judged);
  const [modelId] = modelVersion.split('#');
  return {
    schemaVersion: 1,
    run: {
      runId,
      modelId: modelId !== undefined && modelId !== modelVersion ? modelId : null,
      modelVersion,
      attempt,
      evaluatedAt: now.toISOString(),
    },
    verdict: verdictOf({ ...findings, gates }),
    ...findings,
    performance: null,
    gates,
    history: history.map(({ epoch, seconds, metrics: ofEpoch }) => ({ epoch, seconds, metrics: ofEpoch })),
    bestEpoch,
    warnings: outputs.warnings,
    provenance: null,
  };
}
