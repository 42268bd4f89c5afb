/** What the examples of bodies and answers are made of: one run of a shop, its model, and what its trainer says. */
import {
  metricName,
  METRICS as FAMILIES,
  newRun,
  runName,
  trainingSpecSchema,
  type ModelVersion,
  type RunResult,
  type RunView,
  type Stage,
} from '@trainyard/shared';

export const AT = '2026-11-20T19:18:25.000Z';
export const RUN_ID = 'k3x7q2mzp5dvn4wyt6ab';
export const DIGEST = 'sha256:9f2b6f0c1d7e4a83b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c';

export const DATASET = {
  source: { uri: 'gs://shop-data/purchases/*.parquet' },
  split: { strategy: 'time', column: 'at', train: 0.8, validation: 0.1, test: 0.1 },
} as const;
export const FEATURES = {
  query: [{ column: 'user', transform: 'lookup', id: true }],
  candidate: [
    { column: 'product', transform: 'lookup', id: true },
    { column: 'title', transform: 'text' },
  ],
} as const;
export const MODEL = { query: { layers: [{ type: 'dense', units: 64 }] }, temperature: 0.1 } as const;
export const SPEC = { dataset: DATASET, features: FEATURES, training: { epochs: 20 } } as const;

const VALIDATION_LOSS = metricName(FAMILIES.loss, 'validation');
const ofTest = (recallAt10: number, recallAt100: number, ndcgAt10: number) => ({
  [metricName(FAMILIES.recall, 'test', 10)]: recallAt10,
  [metricName(FAMILIES.recall, 'test', 100)]: recallAt100,
  [metricName(FAMILIES.ndcg, 'test', 10)]: ndcgAt10,
});
const METRICS = {
  [metricName(FAMILIES.loss, 'training')]: 4.21,
  [VALIDATION_LOSS]: 4.53,
  [metricName(FAMILIES.recall, 'validation', 10)]: 0.27,
  [metricName(FAMILIES.recall, 'validation', 100)]: 0.61,
};
const TEST_METRICS = ofTest(0.26, 0.6, 0.14);
export const RESULT: RunResult = {
  metrics: { ...METRICS, ...TEST_METRICS },
  baselines: { popularity: ofTest(0.08, 0.24, 0.04) },
  artifacts: { query_model: `gs://shop-models/runs/${RUN_ID}/query_model` },
  epochsTrained: 18,
  bestEpoch: 15,
  earlyStoppedAtEpoch: 18,
  backend: 'tensorflow',
  examplesPerSecond: 51_234.5,
};
const GATE = {
  metric: metricName(FAMILIES.recall, 'test', 100),
  atLeast: 0.5,
  onInterval: false,
  critical: true,
  value: 0.6,
  interval: { low: 0.58, high: 0.62 },
  passed: true,
  explanation: null,
} as const;

export const epoch = {
  epoch: 3,
  attempt: 1,
  metrics: METRICS,
  seconds: 41.5,
  examples: 2_120_000,
  examplesPerSecond: 51_084.3,
  at: AT,
};
export const ROWS = {
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
export const stage: Stage = {
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
export const logLine = {
  at: AT,
  level: 'info',
  message: `epoch 3 of 20: ${VALIDATION_LOSS} 4.53`,
  stage: 'train',
  fields: { epoch: 3 },
} as const;

export function exampleRun(): RunView {
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
    resources: { rssMb: 2143, cpuPercent: 371, gpuPercent: null, gpuMemoryMb: null, gpuMemoryTotalMb: null },
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

export const exampleExperiment = () => ({
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

export const exampleModel = () => ({
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

export const exampleVersion = (): Omit<ModelVersion, 'schemaVersion'> => ({
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

export function exampleDryRun() {
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

export const preset = (id: string) => ({
  id,
  latestVersion: 3,
  description: 'As the shop exports them',
  createdBy: 'ana@shop.example',
  createdAt: AT,
  updatedAt: AT,
});
export const presetVersion = (id: string) => ({ ...preset(id), version: 3, digest: DIGEST });

export const sender = (seq: number) => ({ attempt: 1, seq, sentAt: AT });
const { at: _finishedAt, ...stageBody } = stage;
const { at: _endedAt, ...epochBody } = epoch;
export const stageComplete = { ...stageBody, ...sender(2) };
export const epochComplete = { ...epochBody, ...sender(14) };
