/** The schemas that documents for others name: OpenAPI's components, and `$defs` of JSON Schemas. */
import { z } from 'zod';
import * as callbacks from './callbacks/bodies.js';
import { instantSchema, metricsSchema, modelTypeSchema } from './common.js';
import { computeConfigSchema } from './compute/computeConfig.js';
import { runComparisonSchema } from './comparison/runComparison.js';
import { evaluationReportSchema } from './evaluation/report.js';
import { memoryFloorSchema } from './compute/fit.js';
import { rangeSchema } from './compute/range.js';
import { retrainPolicySchema } from './firestore/model.js';
import * as bodies from './http/bodies.js';
import * as estimates from './http/estimate.js';
import * as experiments from './http/experiments.js';
import { feedEventSchema } from './feed/event.js';
import { lineageSchema } from './http/lineage.js';
import { problemSchema } from './http/problem.js';
import { runTableSchema } from './http/runTable.js';
import { callerViewSchema, signInSchema } from './http/signIn.js';
import * as versions from './http/versions.js';
import { monthSpendingSchema } from './http/spending.js';
import { attachmentSchema } from './runs/identity.js';
import * as runs from './runs/run.js';
import { runStatusSchema, stageNameSchema } from './runs/statusSchemas.js';
import { bigQuerySourceSchema } from './spec/bigQuerySource.js';
import { conditionSchema } from './spec/columns.js';
import { datasetSchema } from './spec/dataset.js';
import { evaluationSchema } from './spec/evaluation/evaluation.js';
import { gateSchema } from './spec/evaluation/gate.js';
import { expectationSchema } from './spec/expectations.js';
import { featureSchema, featuresSchema } from './spec/features.js';
import { layerSchema } from './spec/layers.js';
import { modelSchema, towerSchema } from './spec/model.js';
import { negativesSchema } from './spec/negatives.js';
import { retrievalLossSchema } from './spec/losses/retrievalLoss.js';
import { optimizerSchema } from './spec/optimizer.js';
import { presetReferenceSchema, unresolvedSpecSchema } from './spec/presets.js';
import { ratingSchema, targetSchema } from './spec/rating.js';
import { scheduleSchema } from './spec/schedule.js';
import { derivedColumnSchema, joinSchema, sampleSchema } from './spec/shaping.js';
import { csvDialectSchema, sourceSchema } from './spec/source.js';
import { splitSchema } from './spec/split.js';
import { trainingSchema } from './spec/training.js';
import { computeSchema, storedSpecSchema } from './spec/trainingSpec.js';
import {
  addTrialRequestSchema,
  extendRequestSchema,
  finalizeRequestSchema,
  sweepRequestSchema,
} from './sweeps/request.js';
import { sweepFindingsSchema } from './sweeps/findings.js';
import { spaceSchema } from './sweeps/space.js';
import {
  queuedTrialViewSchema,
  sweepPageSchema,
  sweepViewSchema,
  trialPageSchema,
  trialViewSchema,
} from './sweeps/view.js';

/** Sweeps and their trials. Their types are named, since all schemas together have more of a type than the compiler writes. */
const SWEEPS: Readonly<Record<SweepComponent, z.ZodType>> = {
  Sweep: sweepViewSchema,
  SweepPage: sweepPageSchema,
  SweepFindings: sweepFindingsSchema,
  SweepRequest: sweepRequestSchema,
  ExtendSweepRequest: extendRequestSchema,
  Trial: trialViewSchema,
  TrialPage: trialPageSchema,
  AddTrialRequest: addTrialRequestSchema,
  QueuedTrial: queuedTrialViewSchema,
  FinalizeRequest: finalizeRequestSchema,
  Space: spaceSchema,
};
type SweepComponent =
  | 'Sweep'
  | 'SweepPage'
  | 'SweepFindings'
  | 'SweepRequest'
  | 'ExtendSweepRequest'
  | 'Trial'
  | 'TrialPage'
  | 'AddTrialRequest'
  | 'QueuedTrial'
  | 'FinalizeRequest'
  | 'Space';

/**
 * One table instead of an `id` beside each declaration: a name is a promise to whoever generated types from it, so all of them are
 * read, and changed, together.
 */
export const COMPONENTS = {
  // A specification and its sections.
  TrainingSpec: storedSpecSchema,
  TrainingSpecInput: unresolvedSpecSchema,
  PresetReference: presetReferenceSchema,
  Dataset: datasetSchema,
  Source: sourceSchema,
  BigQuerySource: bigQuerySourceSchema,
  CsvDialect: csvDialectSchema,
  Join: joinSchema,
  DerivedColumn: derivedColumnSchema,
  Condition: conditionSchema,
  Sample: sampleSchema,
  Expectation: expectationSchema,
  Split: splitSchema,
  Features: featuresSchema,
  Feature: featureSchema,
  Target: targetSchema,
  ModelConfig: modelSchema,
  ModelType: modelTypeSchema,
  Tower: towerSchema,
  Layer: layerSchema,
  Rating: ratingSchema,
  Training: trainingSchema,
  Optimizer: optimizerSchema,
  Schedule: scheduleSchema,
  Negatives: negativesSchema,
  RetrievalLoss: retrievalLossSchema,
  Evaluation: evaluationSchema,
  Gate: gateSchema,
  Compute: computeSchema,
  // Runs, and what is stored below them.
  Run: bodies.runViewSchema,
  RunPage: bodies.runPageSchema,
  RunStatus: runStatusSchema,
  RunError: runs.runErrorSchema,
  RunWarning: runs.runWarningSchema,
  RunResult: runs.runResultSchema,
  Progress: runs.progressSchema,
  Resources: runs.resourcesSchema,
  Job: runs.jobSchema,
  Attachment: attachmentSchema,
  Cost: runs.costSchema,
  Checkpoint: runs.checkpointSchema,
  GateResult: runs.gateResultSchema,
  Teams: runs.teamsSchema,
  MemoryFloor: memoryFloorSchema,
  StageName: stageNameSchema,
  Epoch: runs.epochSchema,
  EpochList: bodies.metricsPageSchema,
  Stage: runs.stageSchema,
  StageList: bodies.stagesPageSchema,
  RunEvent: runs.runEventRecordSchema,
  LogChunk: runs.logChunkSchema,
  RunEventList: bodies.eventsPageSchema,
  LogLine: runs.logLineSchema,
  LogPage: bodies.logPageSchema,
  StreamEvent: bodies.streamEventSchema,
  FeedEvent: feedEventSchema,
  EvaluationReport: evaluationReportSchema,
  StartRequest: bodies.startRequestSchema,
  DryRun: estimates.dryRunSchema,
  Estimate: estimates.estimateSchema,
  TierEstimate: estimates.tierEstimateSchema,
  ComputeConfig: computeConfigSchema,
  RunData: runs.runDataSchema,
  RunEnvironment: runs.runEnvironmentSchema,
  ServingVersion: runs.servingVersionSchema,
  DataReference: runs.dataReferenceSchema,
  Lineage: lineageSchema,
  RunComparison: runComparisonSchema,
  // Models and their versions.
  Model: bodies.modelViewSchema,
  ModelPage: bodies.modelPageSchema,
  ModelChange: bodies.modelChangeSchema,
  RetrainPolicy: retrainPolicySchema,
  ModelVersion: versions.modelVersionViewSchema,
  MovedModelVersion: versions.movedVersionViewSchema,
  ModelVersionPage: versions.modelVersionPageSchema,
  PromoteRequest: versions.promoteRequestSchema,
  BestRuns: bodies.bestRunsSchema,
  RunTable: runTableSchema,
  MonthSpending: monthSpendingSchema,
  ...SWEEPS,
  Experiment: experiments.experimentViewSchema,
  ExperimentPage: experiments.experimentPageSchema,
  ExperimentRequest: experiments.experimentRequestSchema,
  BestExperiments: experiments.bestExperimentsSchema,
  // Presets.
  DatasetPreset: bodies.presetViewSchemas.datasets,
  DatasetPresetRequest: bodies.presetRequestSchemas.datasets,
  FeatureConfigPreset: bodies.presetViewSchemas['feature-configs'],
  FeatureConfigPresetRequest: bodies.presetRequestSchemas['feature-configs'],
  ModelConfigPreset: bodies.presetViewSchemas['model-configs'],
  ModelConfigPresetRequest: bodies.presetRequestSchemas['model-configs'],
  PresetPage: bodies.presetPageSchema,
  PresetVersionPage: bodies.presetVersionPageSchema,
  // What trainers send.
  StageComplete: callbacks.stageCompleteSchema,
  EpochComplete: callbacks.epochCompleteSchema,
  Heartbeat: callbacks.heartbeatSchema,
  Log: callbacks.logSchema,
  Checkpointed: callbacks.checkpointedSchema,
  Failed: callbacks.failedSchema,
  Completed: callbacks.completedSchema,
  CallbackBatch: callbacks.callbackBatchSchema,
  CallbackAnswer: callbacks.callbackAnswerSchema,
  // What all of them are made of.
  Caller: callerViewSchema,
  SignIn: signInSchema,
  Problem: problemSchema,
  Instant: instantSchema,
  Metrics: metricsSchema,
  Range: rangeSchema,
} as const satisfies Record<string, z.ZodType>;
export type ComponentName = keyof typeof COMPONENTS;

const NAMES: ReadonlyMap<z.core.$ZodType, ComponentName> = new Map(
  (Object.keys(COMPONENTS) as ComponentName[]).map((name) => [COMPONENTS[name], name]),
);

/** The name of a schema, undefined for one that stands where it is used. */
export function componentName(schema: z.core.$ZodType): ComponentName | undefined {
  return NAMES.get(schema);
}

class NamingRegistry extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  override get<S extends z.core.$ZodType>(schema: S): z.core.$replace<z.core.GlobalMeta, S> | undefined {
    const meta = z.globalRegistry.get(schema);
    const id = componentName(schema);
    return id === undefined ? meta : { ...meta, id };
  }

  override has(schema: z.core.$ZodType): boolean {
    return this.get(schema) !== undefined;
  }
}

/** For `z.toJSONSchema({ metadata })`: what schemas say of themselves, and the names of the components as their ids. */
export const componentRegistry: z.core.$ZodRegistry<z.core.GlobalMeta> = new NamingRegistry();
