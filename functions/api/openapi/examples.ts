/** An example of each body and answer, by the name of its component. They are of one shop, whose model is trained every night. */
import {
  datasetSchema,
  featuresSchema,
  modelSchema,
  newRun,
  runName,
  trainingSpecSchema,
  type ComponentName,
  type Lineage,
  type Stage,
  type COMPONENTS,
  type ModelVersion,
  type RunResult,
  type RunView,
} from '@trainyard/shared';
import type { z } from 'zod';
import { exampleComparison } from './comparisonExample.js';
import { exampleEvaluation } from './evaluationExample.js';
import { sweepExamples } from './sweepExamples.js';

const AT = '2026-11-20T19:18:25.000Z';
const RUN_ID = 'k3x7q2mzp5dvn4wyt6ab';
const DIGEST = 'sha256:9f2b6f0c1d7e4a83b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c';

const DATASET = {
  source: { uri: 'gs://shop-data/purchases/*.parquet' },
  split: { strategy: 'time', column: 'at', train: 0.8, validation: 0.1, test: 0.1 },
} as const;
const FEATURES = {
  query: [{ column: 'user', transform: 'lookup', id: true }],
  candidate: [
    { column: 'product', transform: 'lookup', id: true },
    { column: 'title', transform: 'text' },
  ],
} as const;
const MODEL = { query: { layers: [{ type: 'dense', units: 64 }] }, temperature: 0.1 } as const;
const SPEC = { dataset: DATASET, features: FEATURES, training: { epochs: 20 } } as const;

const METRICS = { loss: 4.21, val_loss: 4.53, recall_at_10: 0.27, recall_at_100: 0.61 };
const TEST_METRICS = { test_recall_at_10: 0.26, test_recall_at_100: 0.6, test_ndcg_at_10: 0.14 };
const RESULT: RunResult = {
  metrics: { ...METRICS, ...TEST_METRICS },
  baselines: { popularity: { test_recall_at_10: 0.08, test_recall_at_100: 0.24, test_ndcg_at_10: 0.04 } },
  artifacts: { query_model: `gs://shop-models/runs/${RUN_ID}/query_model` },
  epochsTrained: 18,
  bestEpoch: 15,
  earlyStoppedAtEpoch: 18,
  backend: 'tensorflow',
  examplesPerSecond: 51_234.5,
};
const GATE = {
  metric: 'test_recall_at_100',
  atLeast: 0.5,
  onInterval: false,
  critical: true,
  value: 0.6,
  interval: { low: 0.58, high: 0.62 },
  passed: true,
  explanation: null,
} as const;

const epoch = {
  epoch: 3,
  attempt: 1,
  metrics: METRICS,
  seconds: 41.5,
  examples: 2_120_000,
  examplesPerSecond: 51_084.3,
  at: AT,
};
const ROWS = {
  name: 'rows',
  uri: 'gs://shop-models/cache/ingest/1f3a',
  digest: `sha256:${'1f3a'.repeat(16)}`,
  bytes: 41_218_730,
};
const DATA = {
  uri: 'gs://shop-data/purchases/*.parquet',
  fingerprint: `sha256:${'9b0c'.repeat(16)}`,
  snapshot: null,
  rows: 2_650_000,
  digest: ROWS.digest,
};
const stage: Stage = {
  stage: 'ingest',
  attempt: 1,
  seconds: 12.4,
  cacheHit: false,
  counts: { rows: 2_650_000 },
  detail: '',
  warnings: [],
  inputs: [],
  outputs: [ROWS],
  at: AT,
};
const logLine = {
  at: AT,
  level: 'info',
  message: 'epoch 3 of 20: val_loss 4.53',
  stage: 'train',
  fields: { epoch: 3 },
} as const;

function exampleRun(): RunView {
  const { lease: _lease, ...run } = newRun({
    runId: RUN_ID,
    modelId: 'shop',
    runNumber: 12,
    spec: trainingSpecSchema.parse(SPEC),
    requestedBy: 'ana@shop.example',
    now: new Date(AT),
  });
  return {
    ...run,
    name: runName(run),
    status: 'running',
    seq: 31,
    currentStage: 'train',
    currentEpoch: 3,
    progress: { fraction: 0.18, step: 7412, totalSteps: 41_420, examplesPerSecond: 51_084.3, loss: 4.21 },
    resources: { rssMb: 2143, cpuPercent: 371, gpuPercent: null, gpuMemoryMb: null },
    latestMetrics: METRICS,
    production: { version: 8, uri: 'gs://shop-models/runs/k2v7q2mzx5ahc4tnwy6d/model/a0001' },
    data: DATA,
    madeDigests: [ROWS.digest],
    usedDigests: [DATA.fingerprint],
    computeConfig: { gpuType: null, gpuCount: 0, preemptible: false, machineType: '8 vCPU, 32 GB' },
    job: { tier: 'cpu-8', name: 'trainyard-k3x7q2-1', launchedAt: AT, usdPerHour: 0.42 },
    cost: { usd: 0.03, countedUntil: AT, byMonth: { '2026-11': 0.03 } },
    startedAt: AT,
    lastCallbackAt: AT,
    lastProgressAt: AT,
  };
}

const exampleExperiment = () => ({
  modelId: 'shop',
  experimentId: 'wider-towers',
  description: 'Towers of twice the width',
  purpose: 'Whether rare items need more room',
  owner: 'ana@shop.example',
  tags: { team: 'search' },
  createdBy: 'ana@shop.example',
  createdAt: AT,
  updatedAt: AT,
});

const exampleModel = () => ({
  modelId: 'shop',
  name: 'Products of the shop',
  lastRunNumber: 12,
  teams: ['red'],
  lastVersion: 9,
  production: 8,
  formerProduction: [6, 7],
  gateSets: {},
  staging: 9,
  bestMetrics: TEST_METRICS,
  retrain: { minIntervalSeconds: 86_400, minNewRows: 10_000, skipWhileRunning: true },
  monthlyBudgetUsd: 50,
  lastStartedAt: AT,
  createdAt: '2026-09-01T06:00:00.000Z',
  updatedAt: AT,
});

const exampleVersion = (): Omit<ModelVersion, 'schemaVersion'> => ({
  modelId: 'shop',
  version: 9,
  runId: RUN_ID,
  runNumber: 12,
  metrics: RESULT.metrics,
  baselines: RESULT.baselines,
  gates: [GATE],
  artifacts: RESULT.artifacts,
  data: DATA,
  stage: 'staging',
  stageHistory: [{ stage: 'staging', at: AT, by: 'ana@shop.example' }],
  createdAt: AT,
});

function exampleDryRun() {
  const tier = {
    tier: 'cpu-8',
    machine: {
      region: 'europe-west4',
      machineType: null,
      cpu: 8,
      memoryGb: 32,
      accelerator: null,
      spot: false,
    },
    seconds: { low: 640, high: 1280 },
    usdPerHour: 0.42,
    usd: { low: 0.07, high: 0.15 },
    tooSmall: null,
  };
  return {
    dryRun: true as const,
    quickTest: null,
    spec: trainingSpecSchema.parse(SPEC),
    presets: [],
    estimate: {
      basis: { runId: RUN_ID, name: 'shop#12' },
      rows: { low: 2_650_000, high: 2_650_000 },
      ...tier,
      tiers: [tier],
      recommendedTier: 'cpu-8',
      memoryMb: 2143,
      gpuMemoryMb: null,
      notes: ['measured in shop#12, the newest completed run'],
    },
    together: { runs: 11, usd: { low: 0.77, high: 1.65 }, seconds: { low: 3960, high: 8470 } },
  };
}

const preset = (id: string) => ({
  id,
  latestVersion: 3,
  description: 'As the shop exports them',
  createdBy: 'ana@shop.example',
  createdAt: AT,
  updatedAt: AT,
});
const presetVersion = (id: string) => ({ ...preset(id), version: 3, digest: DIGEST });

const sender = (seq: number) => ({ attempt: 1, seq, sentAt: AT });
const { at: _finishedAt, ...stageBody } = stage;
const { at: _endedAt, ...epochBody } = epoch;
const stageComplete = { ...stageBody, ...sender(2) };
const epochComplete = { ...epochBody, ...sender(14) };

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
    resources: { rssMb: 2143, cpuPercent: 371, gpuPercent: null, gpuMemoryMb: null },
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
