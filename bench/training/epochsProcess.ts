/** A process of its own that trains many epochs and tells what was resident after each, in bytes: garbage collected. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainingSpecSchema } from '@trainyard/shared';
import { trainModel } from '@trainyard/trainer-job/train/loop/trainModel';
import { backendOf } from './backend.js';
import { IDS_SPEC, idsDataset } from './ids.js';

const [BATCH, STEPS, EPOCHS] = [256, 8, 75];

await backendOf(process.argv[2] ?? 'auto');
const data = idsDataset({ users: 1000, items: 500, rows: BATCH * STEPS, dim: 32 });
const layers = [
  { type: 'dense' as const, units: 32 },
  { type: 'batchNorm' as const },
  { type: 'dropout' as const, rate: 0.1 },
];
const spec = trainingSpecSchema.parse({
  ...IDS_SPEC,
  model: { query: { layers }, candidate: { layers } },
  training: { batchSize: BATCH, epochs: EPOCHS, negatives: { type: 'inBatch' }, earlyStopping: false },
});
const resident: number[] = [];
const folder = await mkdtemp(join(tmpdir(), 'trainyard-epochs-'));
try {
  await trainModel({
    data,
    spec,
    checkpointDirectory: folder,
    onEpoch: () => {
      globalThis.gc?.();
      resident.push(process.memoryUsage.rss());
    },
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => false,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.send?.({ resident });
