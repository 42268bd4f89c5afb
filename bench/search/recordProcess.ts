/**
 * Trains each of 216 two-tower models on one of 17 users of Online Retail and writes how their recall went, epoch by
 * epoch: `node bench/dist/search/recordProcess.js PARQUET OUTPUT [BACKEND]`. The table is committed, so that searches can be compared
 * on a real surface within seconds. A table that was begun is gone on with.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, withParameters, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import { combinations } from '@trainyard/functions/sweeps/search/grid';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import { trainModel } from '@trainyard/trainer-job/train/loop/trainModel';
import { prepareHere } from '../dataPrep/prepareHere.js';
import { printProgress } from '../progress.js';
import { backendOf } from '../training/backend.js';
import { onlineRetailRows } from '../training/onlineRetailRows.js';
import { tableSchema, TWO_TOWERS_SPACE } from './twoTowers.js';

const EPOCHS = 9;
const METRIC = 'recall_at_20';

const [parquet, output, backend] = process.argv.slice(2);
if (parquet === undefined || output === undefined)
  throw new Error('usage: recordProcess.js PARQUET OUTPUT [BACKEND]');

const base: TrainingSpecInput = {
  dataset: {
    ...onlineRetailRows(parquet),
    sample: { share: 0.06, by: 'CustomerID', seed: 1 },
    split: { strategy: 'time', column: 'InvoiceDate', train: 0.8, validation: 0.15, test: 0.05 },
  },
  features: {
    query: [{ column: 'CustomerID', transform: 'lookup', id: true }],
    candidate: [{ column: 'Description', transform: 'lookup', id: true, maxSize: 800 }],
  },
  model: { query: { layers: [] }, candidate: { layers: [] } },
  training: {
    epochs: EPOCHS,
    batchSize: 1024,
    negatives: { type: 'catalogue' },
    earlyStopping: false,
    checkpoint: { everyEpochs: 10_000, keepBest: 1 },
  },
  evaluation: { k: [20] },
};

const folder = await mkdtemp(join(tmpdir(), 'trainyard-record-'));
const prepared = new Map<string, EncodedDataset>();

/** The rows as a width of the embeddings has them. */
async function dataOf(spec: TrainingSpec): Promise<EncodedDataset> {
  const key = canonicalJson(spec.features);
  const before = prepared.get(key);
  if (before) return before;
  const { encodedFolder } = await prepareHere(spec, join(folder, String(prepared.size)), () => {});
  const data = await readEncodedDataset(encodedFolder);
  prepared.set(key, data);
  return data;
}

async function curveOf(spec: TrainingSpec): Promise<number[]> {
  const curve: number[] = [];
  const checkpoints = await mkdtemp(join(folder, 'checkpoints-'));
  await trainModel({
    data: await dataOf(spec),
    spec,
    workers: 1,
    checkpointDirectory: checkpoints,
    onEpoch: ({ metrics }) => {
      curve.push(Number((metrics[METRIC] ?? 0).toFixed(5)));
    },
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => false,
  });
  await rm(checkpoints, { recursive: true });
  return curve;
}

try {
  await backendOf(backend ?? 'auto', base);
  const curves: number[][] = existsSync(output)
    ? tableSchema.parse(JSON.parse(await readFile(output, 'utf8'))).curves
    : [];
  const all = [...combinations(TWO_TOWERS_SPACE)];
  for (const [i, parameters] of all.entries()) {
    if (i < curves.length) continue;
    const start = performance.now();
    const curve = await curveOf(withParameters(base, parameters));
    curves.push(curve);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    printProgress(`${i + 1} of ${all.length} ${seconds} s ${curve.at(-1)} ${canonicalJson(parameters)}`);
    const rows = curves.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
    await writeFile(output, `{\n  "metric": "${METRIC}",\n  "curves": [\n${rows}\n  ]\n}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
