import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { METRICS, metricName } from '@trainyard/shared';
import { modelMetadataSchema } from '@trainyard/trainer-job/export/metadata';
import { z } from 'zod';
import { BACKEND_USAGE } from './backend.js';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';
import { NIGHTLY, writePurchases } from '../dataPrep/purchases.js';
import { printProgress } from '../progress.js';

const RECALL = metricName(METRICS.recall, 'test', 100);
const BAR_SECONDS = 15 * 60;

/** By their names here: what the items of a batch compete with. */
const NEGATIVES = {
  sampled: { type: 'sampled', count: 2048 },
  inBatch: { type: 'inBatch' },
} as const;
const epochSchema = z.object({ seconds: z.number(), examplesPerSecond: z.number() });

export const wholeRun: Bench = {
  name: 'whole-run',
  claim:
    'seconds of a whole run, source to registered model: 98 thousand users, 36 thousand products, batch 8192, 2048 negatives shared by a batch or those of the batch, 20 epochs, evaluation after each',
  usage: `${BACKEND_USAGE} [--negatives sampled|inBatch] [--workers auto] [--rows ${NIGHTLY.rows}] [--epochs 20]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string', default: 'auto' },
        negatives: { type: 'string', default: 'sampled' },
        workers: { type: 'string', default: 'auto' },
        rows: { type: 'string', default: String(NIGHTLY.rows) },
        epochs: { type: 'string', default: '20' },
      },
    });
    const negatives = NEGATIVES[z.enum(['sampled', 'inBatch']).parse(values.negatives)];
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-whole-run-'));
    try {
      const file = join(folder, 'purchases.parquet');
      await writePurchases({ ...NIGHTLY, rows: Number(values.rows) }, file, folder);
      const spec = join(folder, 'spec.json');
      await writeFile(spec, JSON.stringify(wholeRunSpec(file, Number(values.epochs), negatives)));
      const start = performance.now();
      const output = join(folder, 'output');
      const { backend, workers } = values;
      await runTrainer(['--spec', spec, '--output', output, '--backend', backend, '--workers', workers]);
      const seconds = (performance.now() - start) / 1000;
      const made: unknown = JSON.parse(await readFile(join(output, 'model', 'model_metadata.json'), 'utf8'));
      const { metrics, run } = modelMetadataSchema.parse(made);
      const epochs = z.array(epochSchema).parse(metrics.history);
      const last = epochs.at(-1);
      return {
        figures: {
          negatives: values.negatives,
          workers: values.workers,
          rows: Number(values.rows),
          epochs: epochs.length,
          seconds: Math.round(seconds),
          train_seconds: Math.round(epochs.reduce((sum, epoch) => sum + epoch.seconds, 0)),
          examples_per_second: Math.round(last?.examplesPerSecond ?? 0),
          recall_at_100: Number((metrics.test_metrics[RECALL] ?? 0).toFixed(4)),
          stages: JSON.stringify(run['stage_seconds']),
        },
        bar: `seconds < ${BAR_SECONDS}`,
        pass: seconds < BAR_SECONDS && epochs.length === Number(values.epochs),
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Trains two towers on the purchases that `writePurchases` has made. */
export function wholeRunSpec(file: string, epochs: number, negatives: object) {
  return {
    dataset: { source: { uri: file }, split: { strategy: 'time', column: 'timestamp' } },
    features: {
      query: [
        { column: 'cust_person_id', transform: 'lookup', id: true, dim: 64 },
        { column: 'city', transform: 'lookup', dim: 16 },
      ],
      candidate: [
        { column: 'product_id', transform: 'lookup', id: true, dim: 32 },
        { column: 'stratbuy_domain_desc', transform: 'lookup', dim: 16 },
        { column: 'mge_main_cat_desc', transform: 'lookup', dim: 24 },
      ],
    },
    training: {
      epochs,
      batchSize: 8192,
      optimizer: { type: 'adagrad', learningRate: 0.02 },
      negatives,
      // Of a machine that has gigabytes: fewer and larger products, an eighth less time in the loss.
      scoreMegabytes: 32,
      earlyStopping: false,
    },
  };
}

async function runTrainer(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [config.trainer, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => printProgress(text.toString().trimEnd()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the trainer ended with exit code ${String(code)}`);
}
