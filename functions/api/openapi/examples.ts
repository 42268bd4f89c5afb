/** An example of each body and answer, by the name of its component. They are of one shop, whose model is trained every night. */
import {
  datasetSchema,
  featuresSchema,
  modelSchema,
  type ComponentName,
  type Lineage,
  type COMPONENTS,
} from '@trainyard/shared';
import type { z } from 'zod';
import { exampleComparison } from './comparisonExample.js';
import { exampleEvaluation } from './evaluationExample.js';
import {
  AT,
  RUN_ID,
  DIGEST,
  DATASET,
  FEATURES,
  MODEL,
  SPEC,
  RESULT,
  epoch,
  ROWS,
  stage,
  logLine,
  exampleRun,
  exampleExperiment,
  exampleModel,
  exampleVersion,
  exampleDryRun,
  preset,
  presetVersion,
  sender,
  stageComplete,
  epochComplete,
} from './exampleParts.js';
import { sweepExamples } from './sweepExamples.js';

/** Made when they are asked for: a function that starts to answer something else does not wait for them. */
export const EXAMPLES = {
  StartRequest: () => ({ spec: SPEC }),
  DryRun: exampleDryRun,
  ...sweepExamples(SPEC),
  Run: exampleRun,
  Lineage: (): Lineage => ({
    digest: ROWS.digest,
    madeBy: [
      {
        runId: RUN_ID,
        modelId: 'shop',
        name: 'shop#12',
        status: 'running',
        createdAt: AT,
        stages: [{ stage: 'ingest', cacheHit: false, thing: ROWS }],
      },
    ],
    usedBy: [],
    hasMore: false,
  }),
  RunComparison: () => exampleComparison({ ...exampleRun(), lease: null }, RESULT),
  Attachment: () => ({
    path: 'plots/loss.png',
    bytes: 48_211,
    sha256: DIGEST.slice('sha256:'.length),
    attachedBy: 'ana@shop.example',
    attachedAt: AT,
  }),
  RunPage: () => ({ runs: [exampleRun()], nextCursor: null }),
  EpochList: () => ({ epochs: [epoch] }),
  StageList: () => ({ stages: [stage] }),
  RunEventList: () => ({
    events: [
      {
        id: 'k3x7q2-14',
        at: AT,
        what: 'epoch-complete',
        attempt: 1,
        seq: 14,
        status: 'running',
        published: [],
      },
    ],
  }),
  LogPage: () => ({
    lines: [{ ...logLine, attempt: 1 }],
    nextCursor: null,
    endCursor: 'eyJhdHRlbXB0IjoxLCJzZXEiOjE0fQ',
  }),
  EvaluationReport: () =>
    exampleEvaluation({
      at: AT,
      runId: RUN_ID,
      modelVersion: 'shop#12',
      digest: DIGEST,
    }),
  StreamEvent: () => ({ event: 'epoch', data: epoch }),
  FeedEvent: () => ({
    event: 'epoch',
    data: { topic: `run:${RUN_ID}`, key: `runs/${RUN_ID}/epochs/0003`, value: epoch },
  }),
  Caller: () => ({ id: 'ana@shop.example', role: 'trainer', teams: ['red'] }),
  SignIn: () => ({
    by: 'google',
    firebase: {
      projectId: 'shop-prod',
      apiKey: 'AIzaSyExampleKeyOfAWebApplication',
      authDomain: 'shop-prod.firebaseapp.com',
      firestoreEmulator: null,
    },
    streamOrigin: null,
  }),
  BestRuns: () => ({
    metric: 'test_recall_at_100',
    runs: [{ runId: RUN_ID, name: 'shop#12', value: 0.6, metrics: RESULT.metrics }],
  }),
  RunTable: () => ({
    total: 10_000,
    offset: 0,
    columns: [
      { asked: 'test_recall_at_100', kind: 'metric', name: 'test_recall_at_100' },
      { asked: 'params.training.epochs', kind: 'parameter', name: 'training.epochs' },
    ],
    rows: [
      {
        runId: RUN_ID,
        runNumber: 12,
        name: 'shop#12',
        title: 'ablation-units-128',
        status: 'completed',
        createdAt: AT,
        startedAt: AT,
        endedAt: AT,
        usd: 1.25,
        errorCode: null,
        tags: { team: 'search' },
        values: [0.6, 20],
      },
    ],
  }),
  Experiment: exampleExperiment,
  ExperimentPage: () => ({ experiments: [exampleExperiment()], nextCursor: null }),
  ExperimentRequest: () => ({ id: 'wider-towers', description: 'Towers of twice the width' }),
  MonthSpending: () => ({
    month: '2026-11',
    usd: 31.4,
    budgetUsd: 100,
    whenSpent: 'finish',
    uncountedTiers: [],
    models: [{ modelId: 'shop', name: 'Shop', usd: 12.6, budgetUsd: 50 }],
  }),
  BestExperiments: () => ({
    modelTypes: [
      {
        modelType: 'retrieval',
        count: 1,
        leftOut: { quickTests: 4, samples: 30, repetitions: 3 },
        kpis: [{ metric: 'test_recall_at_100', title: 'Recall@100', best: 0.6 }],
        metric: 'test_recall_at_100',
        runs: [
          {
            runId: RUN_ID,
            name: 'shop#12',
            title: 'ablation-units-128',
            experiment: 'wider-towers',
            dataset: DATASET.source.uri,
            features: 'user | product, title',
            model: '128-64 | 64',
            learningRate: 0.1,
            batchSize: 8192,
            epochs: 18,
            value: 0.6,
            loss: 4.53,
          },
        ],
      },
    ],
  }),
  Model: exampleModel,
  ModelPage: () => ({ models: [exampleModel()], nextCursor: null }),
  ModelChange: () => ({
    teams: ['red'],
    retrain: { minNewRows: 10_000 },
    monthlyBudgetUsd: 50,
    gateSets: { release: [{ metric: 'test_recall_at_100', aboveProduction: true }] },
  }),
  ModelVersion: exampleVersion,
  MovedModelVersion: () => ({
    ...exampleVersion(),
    model: { production: exampleVersion().version, staging: null, formerProduction: [1] },
  }),
  ModelVersionPage: () => ({ versions: [exampleVersion()], nextCursor: null }),
  PromoteRequest: () => ({ stage: 'production' }),
  DatasetPresetRequest: () => ({ id: 'purchases', content: DATASET }),
  DatasetPreset: () => ({ ...presetVersion('purchases'), content: datasetSchema.parse(DATASET) }),
  FeatureConfigPresetRequest: () => ({ id: 'titles', content: FEATURES }),
  FeatureConfigPreset: () => ({ ...presetVersion('titles'), content: featuresSchema.parse(FEATURES) }),
  ModelConfigPresetRequest: () => ({ id: 'two-towers', content: MODEL }),
  ModelConfigPreset: () => ({ ...presetVersion('two-towers'), content: modelSchema.parse(MODEL) }),
  PresetPage: () => ({ presets: [preset('purchases')], nextCursor: null }),
  PresetVersionPage: () => ({
    versions: [{ version: 3, digest: DIGEST, createdBy: 'ana@shop.example', createdAt: AT }],
    nextCursor: null,
  }),
  StageComplete: () => stageComplete,
  EpochComplete: () => epochComplete,
  Heartbeat: () => ({
    ...sender(13),
    stage: 'train',
    progress: { fraction: 0.18, step: 7412, totalSteps: 41_420, examplesPerSecond: 51_084.3, loss: 4.21 },
    resources: { rssMb: 2143, cpuPercent: 371, gpuPercent: null, gpuMemoryMb: null, gpuMemoryTotalMb: null },
  }),
  Log: () => ({ ...sender(15), lines: [logLine] }),
  Checkpointed: () => ({
    ...sender(16),
    uri: `gs://shop-models/runs/${RUN_ID}/checkpoints/3`,
    epoch: 3,
    final: false,
    reason: 'periodic',
  }),
  Failed: () => ({
    ...sender(17),
    error: {
      code: 'unknown-column',
      message: 'the data has no column "prodct"; it has user, product, title and at',
      stage: 'ingest',
      remedy: 'correct the name in features.candidate',
    },
    retriable: false,
  }),
  Completed: () => ({ ...sender(40), result: RESULT }),
  CallbackBatch: () => ({
    callbacks: [
      { id: 'k3x7q2-1-2', kind: 'stage-complete', body: stageComplete },
      { id: 'k3x7q2-1-14', kind: 'epoch-complete', body: epochComplete },
    ],
  }),
  CallbackAnswer: () => ({ status: 'ok', command: 'continue' }),
} as const satisfies { [Name in ComponentName]?: () => Immutable<z.input<(typeof COMPONENTS)[Name]>> };
export type ExampleName = keyof typeof EXAMPLES;

type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

export function isExampleName(name: string | undefined): name is ExampleName {
  return name !== undefined && Object.hasOwn(EXAMPLES, name);
}
