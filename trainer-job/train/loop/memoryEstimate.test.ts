import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { findBatchSize } from './findBatchSize.js';
import { estimateMemory, refuseWhatDoesNotFit } from './memoryEstimate.js';
import { newOptimizer } from '../optimize/optimizer.js';
import { TrainerError } from '../../errors/trainerError.js';

beforeAll(useWasm);

const data = tinyDataset();
const layers = [
  { type: 'dense' as const, units: 32 },
  { type: 'cross' as const, rank: 3 },
  { type: 'dense' as const, units: 4 },
];

describe('the estimate of memory', () => {
  it.each(['adagrad', 'adam', 'adamw', 'sgd'] as const)(
    'of tables and the state of %s is what they take',
    (type) => {
      const spec = tinySpec({
        model: { query: { layers }, candidate: { layers } },
        training: { optimizer: { type } },
      });
      const model = new TwoTowerModel(data, spec);
      const optimizer = newOptimizer(spec.training.optimizer, model.parameters);
      const bytes = (arrays: readonly Float32Array[]) =>
        arrays.reduce((total, { byteLength }) => total + byteLength, 0);
      const tables = bytes(model.parameters.map(({ values }) => values));
      const slots = bytes(model.parameters.flatMap((parameter) => Object.values(optimizer.slots(parameter))));
      const estimate = estimateMemory(data, spec);
      // Biases of cross layers and rows of weights that decay are not counted.
      expect(Math.abs(estimate.tables - tables)).toBeLessThan(0.05 * tables);
      expect(Math.abs(estimate.optimizer - slots)).toBeLessThanOrEqual(0.08 * slots);
    },
  );

  it('refuses what does not fit before anything is allocated, and says what to make smaller', () => {
    const large = tinyDataset({ users: 100_000, items: 40, rows: 10, dim: 64 });
    const refused = (spec: ReturnType<typeof tinySpec>, limit: number) => {
      try {
        refuseWhatDoesNotFit(estimateMemory(large, spec), large, limit, 1e6);
      } catch (error) {
        return error as TrainerError;
      }
      return undefined;
    };
    const ofTables = refused(tinySpec({ training: { batchSize: 10 } }), 5e7);
    expect(ofTables).toBeInstanceOf(TrainerError);
    expect(ofTables).toMatchObject({ code: 'out-of-memory', retriable: false });
    expect(ofTables?.message).toMatch(/about 0\.08 GB \(tables 0\.03 GB, optimizer 0\.03 GB/);
    expect(ofTables?.remedy).toMatch(/"user", 100001 rows of 64: lower its dim.*a machine of 0\.09 GB/);
    const ofBatch = refused(tinySpec({ training: { batchSize: 100_000 } }), 1.5e8);
    expect(ofBatch?.remedy).toMatch(/lower training\.batchSize/);
    expect(refused(tinySpec(), 4e9)).toBeUndefined();
  });
});

describe('the search for a batch size', () => {
  const limits = { memoryLimitBytes: Infinity, used: 0, secondsPerTrial: 0.01 };

  it('doubles until the rows run out or the speed stops rising, and takes the smallest that is fast', async () => {
    const { trials, best } = await findBatchSize(data, tinySpec(), limits);
    expect(trials.map(({ batchSize }) => batchSize)).toEqual([256, 512, 1024, 2048].slice(0, trials.length));
    const fastest = Math.max(...trials.map(({ examplesPerSecond }) => examplesPerSecond));
    expect(best.examplesPerSecond).toBeGreaterThanOrEqual(fastest / 1.05);
    expect(trials.find(({ examplesPerSecond }) => examplesPerSecond >= fastest / 1.05)).toBe(best);
  });

  it('stops where the memory is too small for the next', async () => {
    const many = tinyDataset({ users: 5000 });
    const memoryLimitBytes = estimateMemory(many, tinySpec({ training: { batchSize: 300 } })).total;
    const found = await findBatchSize(many, tinySpec(), { ...limits, memoryLimitBytes });
    expect(found).toMatchObject({ reason: 'memory', trials: [{ batchSize: 256 }] });
  });

  it('begins lower where the first does not fit, and refuses what fits with no batch at all', async () => {
    const many = tinyDataset({ users: 5000 });
    const memoryLimitBytes = estimateMemory(many, tinySpec({ training: { batchSize: 40 } })).total;
    const found = await findBatchSize(many, tinySpec(), { ...limits, memoryLimitBytes });
    expect(found).toMatchObject({ reason: 'memory', trials: [{ batchSize: 32 }], best: { batchSize: 32 } });
    const none = findBatchSize(many, tinySpec(), { ...limits, memoryLimitBytes: 1000 });
    await expect(none).rejects.toThrow(expect.objectContaining({ code: 'out-of-memory', retriable: false }));
  });
});
