import { parseArgs } from 'node:util';
import { trainingSpecSchema } from '@trainyard/shared';
import { TwoTowerModel } from '@trainyard/trainer-job/model/twoTowerModel';
import { newOptimizer } from '@trainyard/trainer-job/train/optimize/optimizer';
import { optimizerStep } from '@trainyard/trainer-job/train/loop/optimizerStep';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { median, type Bench } from '../bench.js';
import { IDS_SPEC, idsDataset } from './ids.js';
import { printProgress } from '../progress.js';

const BAR = 1.3;
const ITEMS = [10_000, 100_000, 1_000_000];
const USERS = 100_000;
const BATCH = 4096;
const STEPS = 40;

export const stepVsCatalogue: Bench = {
  name: 'step-vs-catalogue',
  claim: `milliseconds of a training step with sampled negatives as the catalogue grows from ${ITEMS[0]} to ${ITEMS.at(-1)} items`,
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    const backend = await backendOf(values.backend);
    const steps = ITEMS.map(stepper);
    const times = ITEMS.map((): number[] => []);
    // In turns, so that whatever else the machine does is shared by all; the first steps compile.
    for (let step = 0; step < STEPS; step++) {
      for (const [i, run] of steps.entries()) {
        const start = performance.now();
        await run(step);
        if (step >= STEPS / 4) times[i]?.push(performance.now() - start);
      }
    }
    const medians = times.map(median);
    medians.forEach((ms, i) => printProgress(`${ITEMS[i]} items: ${ms.toFixed(1)} ms a step`));
    const ratio = (medians.at(-1) ?? Infinity) / (medians[0] ?? 0);
    return {
      figures: {
        backend: backend.name,
        ratio: Number(ratio.toFixed(2)),
        ...Object.fromEntries(medians.map((ms, i) => [`ms_${ITEMS[i]}`, Number(ms.toFixed(1))])),
      },
      bar: `ratio < ${BAR}`,
      pass: ratio < BAR,
    };
  },
};

function stepper(items: number): (step: number) => Promise<void> {
  const spec = trainingSpecSchema.parse({
    ...IDS_SPEC,
    model: towers(),
    training: { batchSize: BATCH, negatives: { type: 'sampled' } },
  });
  const data = idsDataset({ users: USERS, items, rows: BATCH * STEPS, dim: 32 });
  const model = new TwoTowerModel(data, spec);
  const step = optimizerStep(
    model,
    newOptimizer(spec.training.optimizer, model.parameters),
    data.splits.train,
  );
  return async (number) => {
    const batch = Int32Array.from({ length: BATCH }, (_, i) => number * BATCH + i);
    await step(batch, { epoch: 0, step: number }, spec.training.optimizer.learningRate);
  };
}

function towers() {
  const layers = [
    { type: 'dense' as const, units: 64 },
    { type: 'dense' as const, units: 32, activation: 'linear' as const },
  ];
  return { query: { layers }, candidate: { layers } };
}
