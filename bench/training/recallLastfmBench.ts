import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { METRICS, metricName, type TrainingSpecInput } from '@trainyard/shared';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { trainAndEvaluateHere } from './trainRun.js';

const K = 20;
const RECALL = metricName(METRICS.recall, 'test', K);
const NDCG = metricName(METRICS.ndcg, 'test', K);
const BAR = { recall: 0.285, ndcg: 0.225 };
const SEEDS = [1, 2, 3];

export const recallLastfm: Bench = {
  name: 'recall-lastfm',
  claim:
    'recall@20 and NDCG@20 of two towers of ids on Last.fm of HetRec 2011, per user, without what the user has in train: the mean of three seeds. Its settings were chosen on a tenth of train, which `--choose` measures by',
  usage: `[--choose] ${BACKEND_USAGE}`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { choose: { type: 'boolean', default: false }, backend: { type: 'string', default: 'auto' } },
    });
    if (!existsSync(config.lastfmBeside))
      return { skipped: 'Last.fm of HetRec 2011 is free for research and no part of the repository' };
    const start = performance.now();
    const backend = await backendOf(values.backend);
    const found: { recall: number; ndcg: number }[] = [];
    for (const seed of SEEDS) {
      const { metrics } = await trainAndEvaluateHere(specOf(seed, values.choose));
      found.push({ recall: metrics[RECALL] ?? 0, ndcg: metrics[NDCG] ?? 0 });
    }
    const mean = (of: 'recall' | 'ndcg') => found.reduce((sum, one) => sum + one[of], 0) / found.length;
    return {
      figures: {
        recall_at_20: Number(mean('recall').toFixed(4)),
        ndcg_at_20: Number(mean('ndcg').toFixed(4)),
        by_seed: found.map(({ recall }) => recall.toFixed(4)).join(' '),
        measured_on: values.choose ? 'a tenth of train' : 'test',
        backend: backend.name,
        seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
      },
      bar: `recall_at_20 >= ${BAR.recall}, ndcg_at_20 >= ${BAR.ndcg}`,
      pass: values.choose || (mean('recall') >= BAR.recall && mean('ndcg') >= BAR.ndcg),
    };
  },
};

/**
 * All epochs are trained and the last is kept, so that nothing is chosen here: the validation split, which a run must have, is one row of
 * train in a hundred. To choose, a tenth of train stands for the test split, and the test split is left out.
 */
function specOf(seed: number, isChoosing: boolean): TrainingSpecInput {
  const pair = `hash(concat("user", '|', item))`;
  const aside = `CASE WHEN ${pair} % 100 = 0 THEN 'validation' ELSE split END`;
  const sql = isChoosing
    ? `SELECT "user", item, CASE WHEN ${pair} % 10 = 3 THEN 'test' ELSE ${aside} END AS split FROM source WHERE split = 'train'`
    : `SELECT "user", item, CASE WHEN split = 'test' THEN split ELSE ${aside} END AS split FROM source`;
  const id = (column: string) => [{ column, transform: 'lookup' as const, id: true, dim: 128 }];
  return {
    dataset: {
      source: { uri: config.lastfmBeside },
      sql,
      split: { strategy: 'column', column: 'split' },
    },
    features: { query: id('user'), candidate: id('item') },
    model: { query: { layers: [] }, candidate: { layers: [] }, similarity: 'cosine', temperature: 0.2 },
    training: {
      epochs: 20,
      batchSize: 2048,
      optimizer: { type: 'adam', learningRate: 0.01 },
      negatives: { type: 'catalogue' },
      loss: { type: 'softmax', labelSmoothing: 0.1 },
      earlyStopping: false,
      seed,
    },
    evaluation: { protocol: 'perUser', exclude: 'trainAndValidation', k: [K], baselines: [] },
  };
}
