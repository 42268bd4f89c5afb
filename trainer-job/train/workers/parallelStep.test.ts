import type { Layer, TrainingSpec } from '@trainyard/shared';
import { layerSchema } from '@trainyard/shared';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { useWasm } from '../../../test/support/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/ratedDataset.js';
import { tinyDataset, tinySpec } from '../../../test/support/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { inSharedMemory } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { failureOf } from '../../pipeline/failure.js';
import { PhaseClock } from '../phaseClock.js';
import { trainingStep, type StepGradients } from '../trainingStep.js';
import { parallelStep } from './parallelStep.js';
import { WorkerLost, WorkerPool } from './workerPool.js';

beforeAll(useWasm);
// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const pools: WorkerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** The same step by several workers, and by one. */
async function stepsOf(data: EncodedDataset, spec: TrainingSpec, size = 2) {
  const [alone, shared] = [
    new TwoTowerModel(data, spec),
    inSharedMemory(() => new TwoTowerModel(data, spec)),
  ];
  const pool = await WorkerPool.start(size, shared, data);
  pools.push(pool);
  return {
    pool,
    models: [alone, shared],
    one: trainingStep(alone, data.splits.train),
    several: parallelStep(shared, data.splits.train, pool, new PhaseClock()),
  };
}

/** Each parameter's gradient, written out. */
function dense({ gradients }: StepGradients): Map<string, Float32Array> {
  return new Map(
    gradients.map(({ parameter, rows, values }) => {
      if (!rows) return [parameter.name, values];
      const whole = new Float32Array(parameter.values.length);
      rows.forEach((row, r) => {
        for (let c = 0; c < parameter.columns; c++) {
          whole[row * parameter.columns + c] = values[r * parameter.columns + c]!;
        }
      });
      return [parameter.name, whole];
    }),
  );
}

/** Within 1e-5 of the largest number of each, or of 1 where that is more: the sum of some gradients is 0. */
function expectEqual(actual: StepGradients, expected: StepGradients): void {
  expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(1e-5);
  const [found, wanted] = [dense(actual), dense(expected)];
  expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
  for (const [name, values] of wanted) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found.get(name)![i]!)), 0);
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
      expectEqual(await several(batch(300 * step), at), one(batch(300 * step), at));
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
    expectEqual(await several(batch(0), at), one(batch(0), at));
    expectEqual(await several(batch(0, 1), at), one(batch(0, 1), at));
  });

  it('is the same each time, to the last digit', async () => {
    const { several } = await stepsOf(...(models[0]!.slice(1) as [EncodedDataset, TrainingSpec]));
    const at = { epoch: 0, step: 0 };
    expect(dense(await several(batch(0), at))).toEqual(dense(await several(batch(0), at)));
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
    const inTurn = ['asks 0', 'hears 0', 'asks 1', 'hears 1'];
    expect(happened).toEqual([...inTurn, ...inTurn, ...inTurn]);
    happened = [];
    await several(batch(300), { epoch: 0, step: 1 });
    expect(happened.slice(0, 2)).toEqual(['asks 0', 'asks 1']);
  });

  it('fails, and may be tried again, where a worker is gone or cannot do its part', async () => {
    const { pool, several } = await stepsOf(
      tinyDataset(),
      tinySpec({ training: { negatives: { type: 'inBatch' } } }),
    );
    const step = several(batch(0), { epoch: 0, step: 0 });
    await pool.threads[0]!.terminate();
    const error: unknown = await step.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkerLost);
    expect(failureOf(error, 'train')).toMatchObject({
      retriable: true,
      error: { code: 'worker-lost', message: expect.stringMatching(/worker 2 of 2 ended/) as string },
    });
    await expect(several(batch(0), { epoch: 0, step: 1 })).rejects.toThrow(/worker 2 of 2 ended/);
  });
});
