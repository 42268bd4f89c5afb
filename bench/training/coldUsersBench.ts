import { parseArgs } from 'node:util';
import { METRICS, metricName, type TrainingSpecInput } from '@trainyard/shared';
import type { Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { printProgress } from '../progress.js';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { onlineRetailRows } from './onlineRetailRows.js';
import { trainAndEvaluateHere } from './trainRun.js';

const K = 10;
const COLD_RECALL = metricName(METRICS.coldUsersRecall, 'test', K);

/** Of the training, and of which users are held out. */
const SEEDS = [1, 2, 3];
const IDS_BAR = 0.97;
const FEATURES_BAR = 1;

export const coldUsers: Bench = {
  name: 'cold-users',
  claim:
    'recall@10 of users of Online Retail that training never saw, to that of popularity on the same rows, the mean of three seeds: by ids alone, and by features',
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const start = performance.now();
    const backend = await backendOf(values.backend);
    const dot = await ratioOf('dot', false);
    const cosine = await ratioOf('cosine', false);
    const features = await ratioOf('dot', true);
    const ratio = Math.min(dot, cosine);
    return {
      figures: {
        backend: backend.name,
        ratio: rounded(ratio),
        dot: rounded(dot),
        cosine: rounded(cosine),
        features_ratio: rounded(features),
        seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
      },
      bar: `ratio >= ${IDS_BAR}, features_ratio >= ${FEATURES_BAR}`,
      pass: ratio >= IDS_BAR && features >= FEATURES_BAR,
    };
  },
};

const rounded = (ratio: number) => Number(ratio.toFixed(3));

/** The mean over the seeds of the model's recall, divided by popularity's. */
async function ratioOf(similarity: 'dot' | 'cosine', withFeatures: boolean): Promise<number> {
  const ratios: number[] = [];
  for (const seed of SEEDS) {
    const { metrics, baselines } = await trainAndEvaluateHere(specOf(similarity, withFeatures, seed));
    const [own, popular] = [metrics[COLD_RECALL] ?? NaN, baselines['popularity']?.[COLD_RECALL] ?? NaN];
    const what = `${similarity}${withFeatures ? ' with features' : ''}, seed ${seed}`;
    printProgress(`${what}: cold users' recall@${K} ${own.toFixed(4)}, popularity's ${popular.toFixed(4)}`);
    ratios.push(own / popular);
  }
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** Towers without layers where there are ids alone: there the unknown users' row is their vector. */
function specOf(similarity: 'dot' | 'cosine', withFeatures: boolean, seed: number): TrainingSpecInput {
  const known: TrainingSpecInput['features']['query'] = [
    { column: 'Country', transform: 'lookup', dim: 8 },
    {
      column: 'InvoiceDate',
      transform: 'cyclical',
      periods: ['month-of-year', 'day-of-week', 'hour-of-day'],
    },
  ];
  return {
    dataset: {
      ...onlineRetailRows(onlineRetail ?? ''),
      split: { strategy: 'group', column: 'CustomerID', seed, train: 0.8, validation: 0.1, test: 0.1 },
    },
    features: {
      query: [
        { column: 'CustomerID', transform: 'lookup', id: true, dim: 32 },
        ...(withFeatures ? known : []),
      ],
      candidate: [{ column: 'Description', transform: 'lookup', id: true, dim: 32 }],
    },
    model: {
      similarity,
      ...(similarity === 'cosine' && { temperature: 0.1 }),
      query: { layers: withFeatures ? [{ type: 'dense', units: 32, activation: 'linear' }] : [] },
      candidate: { layers: [] },
    },
    training: {
      epochs: 6,
      batchSize: 8192,
      seed,
      optimizer: { type: 'adam', learningRate: 0.02 },
      schedule: { type: 'cosine', minRate: 0.001 },
      negatives: { type: 'catalogue' },
      ...(similarity === 'dot' && { embeddingL2: 0.3 }),
      earlyStopping: false,
    },
    evaluation: { k: [K], baselines: ['popularity'] },
  };
}
