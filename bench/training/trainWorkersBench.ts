import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import { inSharedMemory } from '@trainyard/trainer-job/model/parameter';
import { permutation, randomFor } from '@trainyard/trainer-job/model/random';
import { TwoTowerModel } from '@trainyard/trainer-job/model/twoTowerModel';
import { newOptimizer } from '@trainyard/trainer-job/train/optimize/optimizer';
import { optimizerStep } from '@trainyard/trainer-job/train/loop/optimizerStep';
import { PhaseClock } from '@trainyard/trainer-job/train/batch/phaseClock';
import { parallelStep } from '@trainyard/trainer-job/train/workers/parallelStep';
import { WorkerPool } from '@trainyard/trainer-job/train/workers/workerPool';
import { backendOf } from './backend.js';
import { median, type Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { prepareHere } from '../dataPrep/prepareHere.js';
import { printProgress } from '../progress.js';
import { peerSpec } from './peerSpec.js';

const BAR = 1.3;
/** Steps of each training before the other has its turn. */
const TURN = 4;

export const trainWorkers: Bench = {
  name: 'train-workers',
  claim:
    'examples/s of a training with several workers against one worker: same data, same batches, in turns',
  usage: '[--backend wasm] [--workers 2] [--batch-size 8192] [--rounds 12]',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string', default: 'wasm' },
        workers: { type: 'string', default: '2' },
        'batch-size': { type: 'string', default: '8192' },
        rounds: { type: 'string', default: '12' },
      },
    });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const batchSize = Number(values['batch-size']);
    const spec = trainingSpecSchema.parse(peerSpec(onlineRetail, batchSize, 1));
    const backend = await backendOf(values.backend, spec);
    const data = await encoded(spec);
    const trainings = [
      await opened(spec, data, 1),
      await opened(spec, data, Number(values.workers)),
    ] as const;
    // The first turn compiles and allocates.
    for (const { turn } of trainings) await turn(0);
    const rounds: { one: number; several: number }[] = [];
    for (let round = 1; round <= Number(values.rounds); round++) {
      rounds.push({ one: await trainings[0].turn(round), several: await trainings[1].turn(round) });
    }
    await trainings[1].close();
    // Of each pair of turns: what else the machine does is much the same for both.
    const ratio = median(rounds.map(({ one, several }) => one / several));
    const speed = (milliseconds: number) => Math.round((1000 * TURN * batchSize) / milliseconds);
    return {
      figures: {
        backend: backend.name,
        workers: Number(values.workers),
        batch_size: batchSize,
        ratio: Number(ratio.toFixed(2)),
        examples_per_second_one: speed(median(rounds.map(({ one }) => one))),
        examples_per_second_several: speed(median(rounds.map(({ several }) => several))),
      },
      bar: `ratio >= ${BAR}`,
      pass: ratio >= BAR,
    };
  },
};

async function encoded(spec: TrainingSpec): Promise<EncodedDataset> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
  try {
    const { encodedFolder } = await prepareHere(spec, folder, ({ stage, seconds }) =>
      printProgress(`${stage} ${seconds.toFixed(1)} s`),
    );
    return await readEncodedDataset(encodedFolder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A training of its own, whose turns take the milliseconds that they return. */
async function opened(spec: TrainingSpec, data: EncodedDataset, workers: number) {
  const { optimizer: chosen, batchSize } = spec.training;
  const { model, optimizer } = inSharedMemory(() => {
    const made = new TwoTowerModel(data, spec);
    return { model: made, optimizer: newOptimizer(chosen, made.parameters) };
  });
  const { train } = data.splits;
  const pool = workers > 1 ? await WorkerPool.start(workers, model, optimizer, data) : undefined;
  const clock = new PhaseClock();
  const computer = pool && parallelStep(model, optimizer, train, pool, clock);
  const step = optimizerStep(model, optimizer, train, { clock, computer });
  const order = permutation(train.count, randomFor(1, 'order')).filter((row) => train.item[row] !== 0);
  const batches = Math.floor(order.length / batchSize);
  return {
    close: async () => pool?.close(),
    turn: async (round: number): Promise<number> => {
      const begin = performance.now();
      for (let number = round * TURN; number < (round + 1) * TURN; number++) {
        const from = (number % batches) * batchSize;
        await step(order.subarray(from, from + batchSize), { epoch: 0, step: number }, chosen.learningRate);
      }
      return performance.now() - begin;
    },
  };
}
