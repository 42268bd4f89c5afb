/** What `evaluation.json` says: the findings of `evaluate`, and what the run has to add to them. */
import {
  checkGates,
  cutText,
  type EvaluationReport,
  flattened,
  type Judged,
  type LeftOut,
  type GatedFigure,
  type RunEnvironment,
  type ServingVersion,
  tiesOf,
  type TrainingSpec,
  verdictOf,
} from '@trainyard/shared';
import type { MeasuredServing } from '../export/measurePerformance.js';
import { gatedFigures } from '../gates/gatedFigures.js';
import type { Settings } from '../settings/settings.js';
import { dataOf, modelOf, trainingOf } from './background.js';
import type { Outputs } from './stage.js';

/** What the report says of the run beside what its stages made. */
interface Reported {
  settings: Pick<
    Settings,
    | 'runId'
    | 'modelVersion'
    | 'attempt'
    | 'author'
    | 'intent'
    | 'cuts'
    | 'quickRunId'
    | 'quickResult'
    | 'inSweep'
    | 'production'
  >;
  spec: TrainingSpec;
  environment: RunEnvironment;
}

/** What a run is for: as it was started, else as the tags of its specification say; null where neither does. */
export function intentOf({ intent }: Pick<Settings, 'intent'>, { tags }: TrainingSpec): string | null {
  return intent ?? tags['experiment_type'] ?? null;
}

/** What a quick test leaves out of its whole specification, and how the whole is trained. */
function cutsLeftOut({ cuts, modelVersion }: Pick<Settings, 'cuts' | 'modelVersion'>): LeftOut[] {
  return cuts.map(({ setting, why }) => ({
    what: `of a quick test, by ${setting}`,
    why,
    remedy: cutText(`trainyard train-full ${modelVersion} trains the same on everything`, 500),
  }));
}

/** What the new model is compared with. */
export function servingOf({ production }: Pick<Settings, 'production'>): ServingVersion | null {
  return production && { version: production.version, uri: production.uri };
}

export interface JudgedReport {
  report: EvaluationReport;
  /** What its gates are judged by. */
  figures: GatedFigure[];
}

/** After `evaluate`: it needs its outputs and those of the stages before, and what serving the exported model takes. */
export function evaluationReport(
  { settings, spec, environment }: Reported,
  outputs: Outputs,
  serving: MeasuredServing & { production: MeasuredServing['performance'] },
  now: Date,
): JudgedReport {
  const { findings, metrics, baselines } = outputs.of('evaluate');
  const { model, metrics: validationMetrics, history, bestEpoch } = outputs.of('train');
  const allMetrics = { ...validationMetrics, ...metrics };
  const figures = gatedFigures(spec.evaluation.gates, {
    findings,
    metrics: allMetrics,
    data: outputs.of('validate'),
    performance: serving.performance,
    productionPerformance: serving.production,
    hasProduction: settings.production !== null,
    ties: tiesOf(outputs.warnings),
  });
  const gates = checkGates(spec.evaluation.gates, { metrics: allMetrics, baselines, figures });
  const trainingSeconds = outputs.seconds.train ?? 0;
  const report: EvaluationReport = {
    schemaVersion: 1,
    run: identityOf(settings, now),
    verdict: verdictOf({
      ...findings,
      gates,
      equalScores: equalScoresOf(outputs.warnings),
      isQuickTest: settings.cuts.length > 0,
    }),
    ...findings,
    leftOut: [...cutsLeftOut(settings), ...findings.leftOut, ...serving.leftOut],
    performance: serving.performance && { ...serving.performance, trainingSeconds },
    gates,
    history: history.map(({ epoch, seconds, metrics: ofEpoch }) => ({ epoch, seconds, metrics: ofEpoch })),
    bestEpoch,
    warnings: outputs.warnings,
    provenance: {
      author: settings.author,
      intent: intentOf(settings, spec),
      quickRunId: settings.quickRunId,
      quickResult: settings.quickResult,
      inSweep: settings.inSweep,
      data: outputs.of('ingest').data,
      environment,
      production: servingOf(settings),
      parameters: flattened(spec),
      stages: outputs.lineage,
    },
    data: dataOf(spec, outputs),
    model: modelOf(model),
    training: trainingOf(outputs),
  };
  return { report, figures };
}

/** What the warning of equal scores has counted. */
function equalScoresOf(warnings: Outputs['warnings']): Judged['equalScores'] {
  const counts = warnings.find(({ code }) => code === 'equal-scores')?.counts;
  if (!counts) return undefined;
  const { looked = 0, equal = 0 } = counts;
  return { looked, equal };
}

function identityOf(
  { runId, modelVersion, attempt }: Reported['settings'],
  now: Date,
): EvaluationReport['run'] {
  const [modelId] = modelVersion.split('#');
  return {
    runId,
    modelId: modelId !== undefined && modelId !== modelVersion ? modelId : null,
    modelVersion,
    attempt,
    evaluatedAt: now.toISOString(),
  };
}
