/** A process of its own that trains with large tables, so that its memory is that of the training alone. */
import { trainingSpecSchema } from '@trainyard/shared';
import { TwoTowerModel } from '@trainyard/trainer-job/model/twoTowerModel';
import { newOptimizer } from '@trainyard/trainer-job/train/optimize/optimizer';
import { optimizerStep } from '@trainyard/trainer-job/train/loop/optimizerStep';
import { backendOf } from './backend.js';
import { IDS_SPEC, idsDataset } from './ids.js';

const [BATCH, STEPS] = [8192, 60];

await backendOf(process.argv[2] ?? 'auto');
const data = idsDataset({ users: 1_000_000, items: 200_000, rows: BATCH * STEPS, dim: 64 });
const spec = trainingSpecSchema.parse({
  ...IDS_SPEC,
  model: { query: { layers: [] }, candidate: { layers: [] } },
  training: { batchSize: BATCH, negatives: { type: 'inBatch' }, optimizer: { type: 'adagrad' } },
});
globalThis.gc?.();
const before = process.memoryUsage.rss();
const model = new TwoTowerModel(data, spec);
const optimizer = newOptimizer(spec.training.optimizer, model.parameters);
const step = optimizerStep(model, optimizer, data.splits.train);
let peak = 0;
for (let number = 0; number < STEPS; number++) {
  await step(
    Int32Array.from({ length: BATCH }, (_, i) => number * BATCH + i),
    { epoch: 0, step: number },
    spec.training.optimizer.learningRate,
  );
  peak = Math.max(peak, process.memoryUsage.rss());
}
const tables = model.parameters.reduce(
  (sum, parameter) =>
    sum +
    parameter.values.byteLength +
    Object.values(optimizer.slots(parameter)).reduce((bytes, slot) => bytes + slot.byteLength, 0),
  0,
);
process.send?.({ before, peak, tables });
