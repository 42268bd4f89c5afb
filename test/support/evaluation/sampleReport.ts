import {
  comparisonsOf,
  type EvaluationReport,
  evaluationReportSchema,
  gateResultSchema,
  type Interval,
  verdictOf,
} from '@trainyard/shared';
import { provenanceSchema } from '@trainyard/shared/evaluation/provenance';

const K = [5, 10, 50, 100];
const around = (value: number, width = 0.03): Interval => ({ low: value - width, high: value + width });

function recalls(values: readonly number[], width: number) {
  return K.map((k, i) => ({
    name: `test_recall_at_${k}`,
    value: values[i] ?? 0,
    interval: around(values[i] ?? 0, width),
  }));
}

const MODEL = recalls([0.3432, 0.4725, 0.7364, 0.8193], 0.008);
const METHODS = [
  { name: 'history', metrics: recalls([0.3414, 0.4511, 0.5906, 0.6356], 0.009), settings: {} },
  { name: 'ease', metrics: recalls([0.3301, 0.4402, 0.6722, 0.7541], 0.009), settings: { lambda: 200 } },
  { name: 'popularity', metrics: recalls([0.0322, 0.058, 0.1652, 0.2648], 0.005), settings: {} },
];
const PRIMARY = 'test_recall_at_100';
const CITIES = ['Vienna', 'Berlin', 'Hamburg', 'Graz', 'Linz', 'Munich', 'Cologne', 'Zurich'];
const PRODUCTS = [
  ['100042', 'Organic Soap No. 3'],
  ['100107', 'Paper Towels, 8 rolls'],
  ['100230', 'Espresso Beans 1 kg'],
  ['100311', 'Oat Drink'],
  ['100400', 'Dark Chocolate 85 %'],
] as const;

function asRecord(metrics: readonly { name: string; value: number }[]) {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

const listed = (i: number, score: number | null, isHit: boolean) => {
  const [item, label] = PRODUCTS[i % PRODUCTS.length] ?? PRODUCTS[0];
  return { item: `${item}-${i}`, label, score, isHit };
};

const DIGEST = 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const SOURCE = 'gs://my-bucket/purchases/*.parquet';

const PROVENANCE = provenanceSchema.parse({
  author: 'ada@example.com',
  intent: 'ablation',
  data: { uri: SOURCE, fingerprint: DIGEST, snapshot: null, rows: 198_964, digest: DIGEST },
  environment: {
    code: { gitCommit: '4f0c1d2e9a7b', isDirty: false, lockfileDigest: DIGEST, image: null },
    machine: {
      system: 'Linux 6.8.0',
      architecture: 'x64',
      cpuModel: 'AMD EPYC 7B13',
      cpuCount: 2,
      memoryMb: 8192,
      gpus: [],
      driver: null,
    },
    backend: { name: 'wasm', device: 'cpu', reason: 'the best that works here' },
    versions: { trainyard: '0.1.0', node: '24.11.0' },
    seeds: { split: 42 },
    variables: {},
  },
  production: null,
  parameters: { 'training.epochs': 6, 'training.optimizer.learningRate': 0.01, 'dataset.source.uri': SOURCE },
  stages: [
    {
      stage: 'ingest',
      seconds: 1.4,
      inputs: [{ name: 'source', uri: SOURCE, digest: DIGEST, bytes: 15_413_757 }],
      outputs: [{ name: 'rows', uri: null, digest: DIGEST, bytes: 1_840_112 }],
    },
  ],
});

/** A report in which every section that a retrieval model can have shows something, unless changed. */
export function sampleReport(changes: Partial<EvaluationReport> = {}): EvaluationReport {
  const comparisons = comparisonsOf(
    asRecord(MODEL),
    METHODS.map(({ name, metrics }) => ({ name, metrics: asRecord(metrics) })),
    PRIMARY,
  ).map((one) => ({
    ...one,
    differenceInterval: around(one.difference, 0.006),
    changeInterval: one.change === null ? null : around(one.change, 0.01),
  }));
  const gates = [
    gateResultSchema.parse({
      metric: PRIMARY,
      atLeast: 0.7,
      aboveBaseline: 'history',
      value: 0.8193,
      passed: true,
    }),
    gateResultSchema.parse({
      metric: PRIMARY,
      slice: { by: 'city', value: 'Graz' },
      atLeast: 0.75,
      onInterval: true,
      critical: false,
      set: 'fairness',
      value: 0.74,
      interval: around(0.74, 0.022),
      passed: false,
      explanation: 'the lower bound of its interval, 0.718, is below 0.75',
    }),
    gateResultSchema.parse({
      metric: 'data_psi',
      column: 'price',
      atMost: 0.2,
      value: 0.04,
      passed: true,
    }),
    gateResultSchema.parse({
      metric: PRIMARY,
      aboveProduction: true,
      minImprovement: { share: 0.02 },
      value: 0.8193,
      passed: true,
      explanation: 'no version was in production to compare it with',
    }),
  ];
  return evaluationReportSchema.parse({
    schemaVersion: 1,
    run: {
      runId: 'k3v7q2mzx5ahc4tnwy6d',
      modelId: 'shop',
      modelVersion: 'shop#47',
      attempt: 1,
      evaluatedAt: '2026-11-20T19:18:25.000Z',
    },
    verdict: verdictOf({ primaryMetric: PRIMARY, comparisons, gates }),
    modelType: 'retrieval',
    primaryMetric: PRIMARY,
    measured: {
      rows: 9993,
      users: 3120,
      rowsOfSplit: 10_000,
      items: 1500,
      how: 'each test row whose user and item occur in train, among all items of the catalogue',
    },
    metrics: MODEL,
    methods: METHODS,
    comparisons,
    leftOut: [
      {
        what: 'the baseline itemKnn',
        why: 'the catalogue has 36,000 items, and it is computed for at most 10,000',
        remedy: 'set evaluation.baselines to those that you want',
      },
    ],
    lists: ['model', 'ease', 'popularity'].map((of, i) => ({
      of,
      users: 3120,
      metrics: [{ name: PRIMARY, value: 0.8 - 0.2 * i, interval: null }],
    })),
    slices: CITIES.map((value, i) => ({
      by: i < 6 ? 'city' : 'userActivity',
      value,
      rows: 900 + 31 * i,
      users: 280 + 7 * i,
      metrics: [{ name: PRIMARY, value: 0.74 + 0.016 * i, interval: around(0.74 + 0.016 * i, 0.022) }],
      isWorse: i < 3,
    })),
    ratingErrors: null,
    yesOrNo: null,
    importance: [
      {
        metric: PRIMARY,
        value: 0.8193,
        rows: 9993,
        features: [
          { feature: 'customer', tower: 'query', loss: 0.42, interval: around(0.42, 0.02) },
          { feature: 'product', tower: 'candidate', loss: 0.31, interval: around(0.31, 0.02) },
          { feature: 'category', tower: 'candidate', loss: 0.035, interval: around(0.035, 0.008) },
          { feature: 'city', tower: 'query', loss: 0.0004, interval: around(0.0004, 0.003) },
        ],
      },
    ],
    changes: {
      production: { version: 12, uri: 'gs://my-bucket/models/shop/12' },
      users: 1000,
      k: 10,
      overlap: 0.62,
      rankBiasedOverlap: 0.58,
      unchangedLists: 0.04,
      missingItems: 17,
      entering: PRODUCTS.map(([item, label], i) => ({ item, label, before: i, after: 90 - 9 * i })),
      leaving: PRODUCTS.map(([item, label], i) => ({ item, label, before: 70 - 9 * i, after: 2 * i })),
    },
    samples: Array.from({ length: 10 }, (_, user) => ({
      user: `c-${1042 + user}`,
      features: { city: CITIES[user % CITIES.length] ?? '' },
      recommended: Array.from({ length: 10 }, (_item, i) => listed(i + user, 9.1 - 0.3 * i, i === 2)),
      taken: [listed(2 + user, null, true), listed(31, null, false)],
    })),
    performance: {
      latency: [1, 32, 256].map((queries) => ({
        queries,
        requests: 200,
        p50Ms: 0.2 * queries ** 0.8,
        p95Ms: 0.24 * queries ** 0.8,
        p99Ms: 0.31 * queries ** 0.8,
      })),
      modelBytes: 2_840_112,
      memoryMb: 9.4,
      trainingSeconds: 43.1,
    },
    gates,
    history: Array.from({ length: 6 }, (_, i) => ({
      epoch: i + 1,
      seconds: 6 + 0.3 * i,
      metrics: {
        loss: 3.8 + 3.2 * 0.5 ** i,
        val_loss: 4.8 + 1.65 * 0.45 ** i + (i === 5 ? 0.03 : 0),
        recall_at_10: 0.48 - 0.31 * 0.4 ** i,
        recall_at_50: 0.735 - 0.42 * 0.4 ** i,
        recall_at_100: 0.816 - 0.36 * 0.4 ** i,
      },
    })),
    bestEpoch: 5,
    warnings: [
      {
        stage: 'ingest',
        code: 'unmatched-rows',
        message: '120 of 10,000 rows have no match in table "items"',
        remedy: 'compare the keys on both sides',
        counts: {},
      },
    ],
    data: {
      source: 'gs://my-bucket/purchases/*.parquet',
      fingerprint: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      snapshot: null,
      rowsRead: 200_000,
      rowsKept: 198_964,
      rows: { train: 158_964, validation: 30_000, test: 10_000 },
      items: 1500,
      passed: true,
      reference: 'the data of shop#46',
      checks: [
        { outcome: 'met', severity: 'error', message: 'column "city": 2 % are null, 5 % are allowed' },
        { outcome: 'violated', severity: 'warning', message: 'there are 0.4 times as many rows as before' },
      ],
      notes: ['column "colour" is new'],
      drift: [
        { column: 'city', psi: 0.31, kl: 0.14, ks: null },
        { column: 'timestamp', psi: 0.14, kl: 0.07, ks: 0.09 },
        { column: 'product_id', psi: 0.02, kl: 0.01, ks: null },
      ],
    },
    model: {
      similarity: 'dot',
      width: 56,
      parameters: 470_312,
      query: {
        features: [
          { name: 'customer', transform: 'lookup', width: 48 },
          { name: 'city', transform: 'lookup', width: 8 },
        ],
        layers: 0,
        parameters: 384_120,
      },
      candidate: {
        features: [{ name: 'product', transform: 'lookup', width: 56 }],
        layers: 0,
        parameters: 86_192,
      },
    },
    training: {
      epochsTrained: 6,
      earlyStoppedAtEpoch: null,
      examplesPerSecond: 24_182,
      stageSeconds: { ingest: 1.4, validate: 1, transform: 1.5, train: 43.1, evaluate: 1.2 },
    },
    provenance: PROVENANCE,
    ...changes,
  });
}

/** Of a model that predicts answers, yes or no, and loses to the simplest of methods. */
export function sampleAnswersReport(): EvaluationReport {
  const metrics = [
    { name: 'test_rmse', value: 0.412, interval: around(0.412, 0.004) },
    { name: 'test_mae', value: 0.33, interval: null },
  ];
  const methods = [
    { name: 'userItemMean', metrics: [{ name: 'test_rmse', value: 0.401, interval: null }], settings: {} },
    { name: 'globalMean', metrics: [{ name: 'test_rmse', value: 0.48, interval: null }], settings: {} },
  ];
  const comparisons = comparisonsOf(
    asRecord(metrics),
    methods.map(({ name, metrics: of }) => ({ name, metrics: asRecord(of) })),
    'test_rmse',
  );
  const bins = (bend: number) =>
    Array.from({ length: 10 }, (_, i) => ({
      from: i / 10,
      to: (i + 1) / 10,
      rows: 900 - 80 * i,
      meanPredicted: (i + 0.5) / 10,
      shareOfOnes: ((i + 0.5) / 10) ** bend,
    }));
  const threshold = { bestF1: 0.41, ofPrecision: { precision: 0.9, threshold: 0.72 } };
  return sampleReport({
    modelType: 'ranking',
    primaryMetric: 'test_rmse',
    metrics,
    methods,
    comparisons,
    gates: [],
    verdict: verdictOf({ primaryMetric: 'test_rmse', comparisons, gates: [] }),
    lists: [],
    slices: [],
    importance: [],
    changes: null,
    samples: [],
    performance: null,
    ratingErrors: {
      distribution: {
        rows: 9993,
        min: -0.97,
        max: 0.94,
        mean: 0.01,
        median: 0.02,
        std: 0.41,
        percentiles: { p25: 0.12, p50: 0.28, p75: 0.51, p90: 0.72, p95: 0.81, p99: 0.93 },
      },
      largest: [
        { row: 4711, user: 'c-1042', item: '100042', values: { city: 'Vienna' }, actual: 1, predicted: 0.03 },
      ],
      byCategory: [
        { by: 'city', value: 'Vienna', count: 1204, meanError: 0.03, medianError: 0.02, errorStd: 0.4 },
      ],
    },
    yesOrNo: {
      threshold: 0.5,
      confusion: { truePositives: 830, falsePositives: 204, trueNegatives: 3100, falseNegatives: 311 },
      thresholds: threshold,
      largest: [],
      uncalibrated: { bins: bins(1.6), expectedCalibrationError: 0.081 },
      calibrated: { bins: bins(1.05), expectedCalibrationError: 0.011, method: 'isotonic', applied: true },
    },
  });
}
