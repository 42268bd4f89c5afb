/** Runs as a search of months leaves them: sixty metrics each, and specifications that differ in a few settings. */
import {
  DEFAULT_MONITOR,
  METRICS,
  metricName,
  newRun,
  trainingSpecSchema,
  type Run,
} from '@trainyard/shared';

const BASE = {
  dataset: {
    source: { uri: 'gs://shop-data/purchases/*.parquet' },
    split: { strategy: 'time', column: 'at', train: 0.8, validation: 0.1, test: 0.1 },
  },
  features: {
    query: [
      { column: 'user', transform: 'lookup', id: true },
      { column: 'country', transform: 'lookup' },
    ],
    candidate: [
      { column: 'product', transform: 'lookup', id: true },
      { column: 'title', transform: 'text' },
    ],
  },
} as const;

const K = [5, 10, 20, 50, 100];
const namesOf = (ks: readonly number[]) =>
  ['recall', 'ndcg', 'mrr', 'precision', 'map', 'hit_rate'].flatMap((family) =>
    ks.flatMap((k) => [`test_${family}_at_${k}`, `val_${family}_at_${k}`]),
  );
const TEAMS = ['search', 'ads', 'shop'];
const STATUSES = ['completed', 'completed', 'completed', 'completed', 'failed'] as const;

/** The same one each time for a number. Each K brings twelve metrics. */
export function madeUpRun(modelId: string, runNumber: number, ks: readonly number[] = K): Run {
  const draw = (n: number) => (Math.sin(runNumber * 12.9898 + n * 78.233) * 43_758.5453) % 1;
  const share = (n: number) => Math.abs(draw(n));
  const spec = trainingSpecSchema.parse({
    ...BASE,
    training: {
      epochs: 5 + Math.floor(share(1) * 20),
      batchSize: 2 ** (9 + Math.floor(share(2) * 5)),
      optimizer: { type: 'adagrad', learningRate: Math.exp(-7 + 6 * share(3)) },
    },
    model: {
      temperature: 0.05 + share(4),
      query: {
        layers: [
          { type: 'dense', units: 2 ** (5 + Math.floor(share(5) * 3)) },
          { type: 'dense', units: 32 },
        ],
      },
      candidate: { layers: [{ type: 'dense', units: 32 }] },
    },
    tags: { team: TEAMS[runNumber % TEAMS.length] ?? '', sweep: String(runNumber % 40) },
  });
  const at = new Date(Date.UTC(2026, 0, 1) + runNumber * 60_000);
  const status = STATUSES[runNumber % STATUSES.length] ?? 'completed';
  const run = newRun({ runId: idOf(runNumber), modelId, runNumber, spec, requestedBy: 'ada', now: at });
  const metrics = Object.fromEntries(namesOf(ks).map((name, n) => [name, share(n + 10)]));
  return {
    ...run,
    status,
    startedAt: at.toISOString(),
    endedAt: new Date(at.getTime() + 600_000).toISOString(),
    latestMetrics: { [metricName(METRICS.loss, 'training')]: share(6), [DEFAULT_MONITOR]: share(7) },
    result:
      status === 'completed'
        ? {
            metrics,
            baselines: {},
            artifacts: {},
            epochsTrained: spec.training.epochs,
            bestEpoch: 1,
            earlyStoppedAtEpoch: null,
            backend: 'tensorflow',
            examplesPerSecond: 50_000,
          }
        : null,
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function idOf(runNumber: number): string {
  let [text, rest] = ['', runNumber];
  for (; rest > 0; rest = Math.floor(rest / 26)) text = (LETTERS[rest % 26] ?? '') + text;
  return text.padStart(20, 'a');
}
