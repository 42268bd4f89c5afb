/** An example of an evaluation, short as no real one is: of each section one entry. */
import {
  comparisonsOf,
  type EvaluationReport,
  METRICS,
  metricName,
  NOTHING_FOUND,
  verdictOf,
} from '@trainyard/shared';

interface Identity {
  at: string;
  runId: string;
  modelVersion: string;
  digest: string;
}

const PRIMARY = metricName(METRICS.recall, 'test', 100);
const EPOCH = {
  [metricName(METRICS.loss, 'training')]: 4.21,
  [metricName(METRICS.loss, 'validation')]: 4.53,
};
const RECALL = { name: PRIMARY, value: 0.6, interval: { low: 0.592, high: 0.609 } };
const POPULARITY = { name: PRIMARY, value: 0.24, interval: { low: 0.235, high: 0.246 } };

export function exampleEvaluation({ at, runId, modelVersion, digest }: Identity): EvaluationReport {
  const comparisons = comparisonsOf(
    { [PRIMARY]: RECALL.value },
    [{ name: 'popularity', metrics: { [PRIMARY]: POPULARITY.value } }],
    PRIMARY,
  );
  return {
    schemaVersion: 1,
    run: { runId, modelId: 'shop', modelVersion, attempt: 1, evaluatedAt: at },
    verdict: verdictOf({ primaryMetric: PRIMARY, comparisons, gates: [] }),
    modelType: 'retrieval',
    primaryMetric: PRIMARY,
    measured: {
      rows: 198_964,
      users: 61_204,
      rowsOfSplit: 212_000,
      items: 36_000,
      how: 'each test row whose user and item occur in train, among all items of the catalogue',
    },
    metrics: [RECALL],
    methods: [{ name: 'popularity', metrics: [POPULARITY], settings: {} }],
    comparisons,
    leftOut: [],
    lists: [],
    ...NOTHING_FOUND,
    performance: null,
    gates: [],
    history: [{ epoch: 1, seconds: 41.5, metrics: EPOCH }],
    bestEpoch: 1,
    warnings: [],
    data: {
      source: 'gs://shop-data/purchases/*.parquet',
      fingerprint: digest,
      snapshot: null,
      rowsRead: 2_650_000,
      rowsKept: 2_650_000,
      rows: { train: 2_120_000, validation: 318_000, test: 212_000 },
      items: 36_000,
      passed: true,
      reference: 'no earlier version of the data',
      checks: [],
      notes: [],
      drift: [],
    },
    model: {
      similarity: 'dot',
      width: 64,
      parameters: 6_300_000,
      query: {
        features: [{ name: 'user', transform: 'lookup', width: 64 }],
        layers: 1,
        parameters: 4_000_000,
      },
      candidate: {
        features: [{ name: 'product', transform: 'lookup', width: 64 }],
        layers: 0,
        parameters: 2_300_000,
      },
    },
    training: {
      epochsTrained: 1,
      earlyStoppedAtEpoch: null,
      examplesPerSecond: 51_234.5,
      stageSeconds: { ingest: 12.4, train: 41.5 },
    },
    provenance: null,
  };
}
