/** A process of its own that trains on prepared data, once for each memory that the table of queries may take. */
import { trainingSpecSchema } from '@trainyard/shared';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import { TwoTowerModel } from '@trainyard/trainer-job/model/twoTowerModel';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { epochOrder } from '@trainyard/trainer-job/train/batch/epochOrder';
import { newOptimizer } from '@trainyard/trainer-job/train/optimize/optimizer';
import { optimizerStep } from '@trainyard/trainer-job/train/loop/optimizerStep';
import { z } from 'zod';
import { backendOf } from './backend.js';
import { median } from '../bench.js';

const BATCH = 8192;

const settings = z
  .strictObject({
    spec: trainingSpecSchema,
    encodedFolder: z.string(),
    memoryBytes: z.array(z.number()),
    backend: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
await backendOf(settings.backend);
const before = process.memoryUsage.rss();
const trainings = await Promise.all(settings.memoryBytes.map(opened));
const rows = Math.min(...trainings.map(({ count }) => count));
const milliseconds = trainings.map((): number[] => []);
let peak = 0;
for (let number = 0; number * BATCH < rows; number++) {
  // In turns, so that whatever else the machine does is shared by all.
  for (const [i, { step }] of trainings.entries()) {
    const start = performance.now();
    await step(number);
    milliseconds[i]?.push(performance.now() - start);
  }
  peak = Math.max(peak, process.memoryUsage.rss());
}
process.send?.({ stepMilliseconds: milliseconds.map(median), megabytes: (peak - before) / 1e6 });

/** A training of its own, whose table of queries may take so much memory. */
async function opened(memoryBytes: number) {
  const { spec, encodedFolder } = settings;
  const data = await readEncodedDataset(encodedFolder, memoryBytes);
  const model = new TwoTowerModel(data, spec);
  const { optimizer } = spec.training;
  const step = optimizerStep(model, newOptimizer(optimizer, model.parameters), data.splits.train);
  const { count } = data.splits.train;
  const order = epochOrder(count, randomFor(1, 'order'), data.query.blocks);
  return {
    count,
    step: async (number: number) => {
      const batch = order.subarray(number * BATCH, (number + 1) * BATCH);
      await step(batch, { epoch: 0, step: number }, optimizer.learningRate);
    },
  };
}
