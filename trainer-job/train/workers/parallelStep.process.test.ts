import type { Layer, TrainingSpec } from '@trainyard/shared';
import { layerSchema, optimizerSchema } from '@trainyard/shared';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/training/ratedDataset.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { poolsOfTests } from '../../../test/support/training/workerPools.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { inSharedMemory } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { failureOf } from '../../pipeline/failure.js';
import type { StepNumber } from '../batch/competition.js';
import { newOptimizer, type Optimizer } from '../optimize/optimizer.js';
import { optimizerStep, type OptimizerStep } from '../loop/optimizerStep.js';
import { PhaseClock } from '../batch/phaseClock.js';
import { parallelStep } from './parallelStep.js';
import { TrainerError } from '../../errors/trainerError.js';

beforeAll(useWasm);
// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const startPool = poolsOfTests();

interface Made {
  model: TwoTowerModel;
  optimizer: Optimizer;
}

function newTraining(data: EncodedDataset, spec: TrainingSpec): Made {
  const model = new TwoTowerModel(data, spec);
  return { model, optimizer: newOptimizer(spec.training.optimizer, model.parameters) };
}

/** What a step changes, and its loss; the parameters are as before then. */
type Measured = (
  rows: Int32Array,
  at: StepNumber,
) => Promise<{ loss: number; changes: Map<string, number[]> }>;

const RATE = 1;

function measured({ model }: Made, step: OptimizerStep): Measured {
  return async (rows, at) => {
    const before = model.parameters.map(({ values }) => values.slice());
    const { loss } = await step(rows, at, RATE);
    const changes = new Map(
      model.parameters.map(({ name, values }, p) => [
        name,
        Array.from(values, (now, i) => before[p]![i]! - now),
      ]),
    );
    model.parameters.forEach(({ values }, p) => values.set(before[p]!));
    return { loss, changes };
  };
}

/** The same step by several workers, and by one. */
async function stepsOf(data: EncodedDataset, given: TrainingSpec, size = 2) {
  const { training } = given;
  // What a step changes is its gradients.
  const spec = { ...given, training: { ...training, optimizer: optimizerSchema.parse({ type: 'sgd' }) } };
  const [alone, shared] = [newTraining(data, spec), inSharedMemory(() => newTraining(data, spec))];
  const pool = await startPool(size, shared.model, shared.optimizer, data);
  const { train } = data.splits;
  const computer = parallelStep(shared.model, shared.optimizer, train, pool, new PhaseClock());
  return {
    pool,
    models: [alone.model, shared.model],
    one: measured(alone, optimizerStep(alone.model, alone.optimizer, train)),
    several: measured(shared, optimizerStep(shared.model, shared.optimizer, train, { computer })),
  };
}

type Changed = Awaited<ReturnType<Measured>>;

/** Within 1e-5 of the largest number of each, or of 1 where that is more: the sum of some gradients is 0. */
function expectEqual(actual: Changed, expected: Changed): void {
  expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(1e-5);
  expect([...actual.changes.keys()]).toEqual([...expected.changes.keys()]);
  for (const [name, values] of expected.changes) {
    const found = actual.changes.get(name)!;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
    expect({ name, off: off > 1e-5 * Math.max(1, largest) && off }).toEqual({ name, off: false });
  }
}

const batch = (from: number, count = 300) => Int32Array.from({ length: count }, (_, row) => from + row);

const layers = (...extra: unknown[]): Layer[] =>
  [{ type: 'dense', units: 16 }, ...extra, { type: 'dense', units: 8, activation: 'linear' }].map((layer) =>
    layerSchema.parse(layer),
  );
const towers = { query: { layers: layers() }, candidate: { layers: layers() } };
const dropout = { type: 'dropout', rate: 0.3 };
const batchNorm = { type: 'residual', layers: [{ type: 'batchNorm' }] };
const rating = { layers: [dropout, { type: 'dense', units: 6 }].map((layer) => layerSchema.parse(layer)) };

function weighted(data: EncodedDataset): EncodedDataset {
  const { train } = data.splits;
  const weight = Float32Array.from(train.item, (item) => 0.5 + (item % 3) / 2);
  return { ...data, splits: { ...data.splits, train: { ...train, weight } } };
}

const models: [string, EncodedDataset, TrainingSpec][] = [
  ...(
    [
      { type: 'inBatch' },
      { type: 'inBatch', removeAccidentalHits: true, hardest: 7 },
      { type: 'sampled', count: 20 },
      { type: 'catalogue' },
    ] as const
  ).map((negatives): [string, EncodedDataset, TrainingSpec] => [
    JSON.stringify(negatives),
    tinyDataset(),
    tinySpec({ model: towers, training: { negatives, regularization: { activityL2: 0.1 } } }),
  ]),
  ['no layers', tinyDataset(), tinySpec({ training: { negatives: { type: 'inBatch' } } })],
  [
    'dropout, cosine and a learned temperature',
    tinyDataset(),
    tinySpec({
      model: {
        query: { layers: layers(dropout, dropout) },
        candidate: { layers: layers(dropout) },
        similarity: 'cosine',
        temperature: { learned: true, initial: 0.3 },
      },
      training: { negatives: { type: 'inBatch' }, augmentation: { lookupDropout: 0.1 } },
    }),
  ],
  [
    'batch normalization',
    tinyDataset(),
    tinySpec({
      model: { query: { layers: layers(batchNorm) }, candidate: { layers: layers(batchNorm, dropout) } },
      training: { negatives: { type: 'inBatch' } },
    }),
  ],
  [
    'weights of the rows',
    weighted(tinyDataset()),
    tinySpec({ model: towers, training: { negatives: { type: 'sampled', count: 20 } } }),
  ],
  ...(['value', 'norm', 'globalNorm'] as const).map((type): [string, EncodedDataset, TrainingSpec] => [
    `penalties and clipping by ${type}`,
    tinyDataset(),
    tinySpec({
      model: towers,
      training: {
        negatives: { type: 'inBatch' },
        clipping: { type, limit: 0.3 },
        embeddingL2: 0.5,
        regularization: { l1: 0.1, l2: 0.2 },
      },
    }),
  ]),
  [
    'batches that are added up',
    tinyDataset(),
    tinySpec({
      model: towers,
      training: { batchSize: 64, accumulateSteps: 5, negatives: { type: 'inBatch' } },
    }),
  ],
  ['ranking', weighted(ratedDataset()), ratedSpec({ type: 'ranking', ...towers, rating })],
  [
    'hybrid',
    ratedDataset(),
    ratedSpec({ type: 'hybrid', ...towers, rating, lossWeights: { retrieval: 0.7, ranking: 2 } }),
  ],
];

describe('a step of several workers', () => {
  it.each(models)('has the loss and the gradients of one worker, for %s', async (_name, data, spec) => {
    const { one, several, models: made } = await stepsOf(data, spec);
    for (const step of [0, 1, 2]) {
      const at = { epoch: 1, step };
      const alone = await one(batch(300 * step), at);
      expect([...alone.changes.values()].some((values) => values.some((change) => change !== 0))).toBe(true);
      expectEqual(await several(batch(300 * step), at), alone);
    }
    const [alone, shared] = made.map(({ state }) => state.map(({ values }) => Array.from(values)));
    expect(shared).toEqual(alone);
  });

  it('is that of one worker for three too, and for fewer queries than workers', async () => {
    const { one, several } = await stepsOf(
      tinyDataset(),
      tinySpec({ training: { negatives: { type: 'inBatch' } } }),
      3,
    );
    const at = { epoch: 0, step: 0 };
    expectEqual(await several(batch(0), at), await one(batch(0), at));
    expectEqual(await several(batch(0, 1), at), await one(batch(0, 1), at));
  });

  it('is the same each time, to the last digit', async () => {
    const { several } = await stepsOf(...(models[0]!.slice(1) as [EncodedDataset, TrainingSpec]));
    const at = { epoch: 0, step: 0 };
    expect(await several(batch(0), at)).toEqual(await several(batch(0), at));
  });

  it('has a loss that is no number where one worker has, as a training that diverges', async () => {
    const { several, models: made } = await stepsOf(
      tinyDataset(),
      tinySpec({ training: { negatives: { type: 'inBatch' } } }),
    );
    made[1]!.parameters[0]!.values.fill(NaN);
    expect((await several(batch(0), { epoch: 0, step: 0 })).loss).toBeNaN();
  });

  it('is computed in turn at first, when names are new to the threads of tfjs-node, and then all at once', async () => {
    const { pool, several } = await stepsOf(
      tinyDataset(),
      tinySpec({ training: { negatives: { type: 'inBatch' } } }),
      3,
    );
    let happened: string[] = [];
    pool.threads.forEach((thread, i) => {
      const post = thread.postMessage.bind(thread);
      vi.spyOn(thread, 'postMessage').mockImplementation((task: unknown) => {
        happened.push(`asks ${i}`);
        post(task);
      });
      thread.on('message', () => happened.push(`hears ${i}`));
    });
    await several(batch(0), { epoch: 0, step: 0 });
    const inTurn = [0, 1, 2].flatMap((worker) => [`asks ${worker}`, `hears ${worker}`]);
    const tasks = ['forward', 'loss', 'backward', 'collect', 'apply'];
    expect(happened).toEqual(tasks.flatMap(() => inTurn));
    happened = [];
    await several(batch(300), { epoch: 0, step: 1 });
    expect(happened.slice(0, 3)).toEqual(['asks 0', 'asks 1', 'asks 2']);
  });

  it('fails, and may be tried again, where a worker is gone or cannot do its part', async () => {
    const { pool, several } = await stepsOf(
      tinyDataset(),
      tinySpec({ training: { negatives: { type: 'inBatch' } } }),
    );
    const step = several(batch(0), { epoch: 0, step: 0 });
    await pool.threads[0]!.terminate();
    const error: unknown = await step.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrainerError);
    expect(failureOf(error, 'train')).toMatchObject({
      retriable: true,
      error: { code: 'worker-lost', message: expect.stringMatching(/worker 1 of 2 ended/) as string },
    });
    await expect(several(batch(0), { epoch: 0, step: 1 })).rejects.toThrow(/worker 1 of 2 ended/);
  });
});
