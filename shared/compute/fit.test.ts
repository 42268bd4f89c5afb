import { describe, expect, it } from 'vitest';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { storedSpecSchema } from '../spec/trainingSpec.js';
import { floorOf, isLarger, misfitOf } from './fit.js';
import { machineSchema } from './machine.js';
import { leastSize, memoryNeed } from './memory.js';

const GIB = 2 ** 30;
const machine = (memoryGb: number, type?: string) =>
  machineSchema.parse({ region: 'europe-west4', cpu: 8, memoryGb, ...(type && { accelerator: { type } }) });

/** One table of a million rows of 64 beside the ids, and Adam; batches of 1000 against a batch. */
const spec = storedSpecSchema.parse({
  ...EXAMPLE_SPEC,
  features: {
    query: [
      { column: 'user', transform: 'lookup', id: true, dim: 8 },
      { column: 'city', transform: 'hash', buckets: 1_000_000, dim: 64 },
      { column: 'age', transform: 'normalize' },
    ],
    candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
  },
  model: { query: { layers: [] }, candidate: { layers: [] } },
  training: {
    optimizer: { type: 'adam' },
    batchSize: 1000,
    negatives: { type: 'inBatch' },
    scoreMegabytes: 8,
  },
});

describe('the memory that a training needs', () => {
  it('is that of its tables, of the optimizer beside them, of a batch and of its scores', () => {
    const known = { queries: 500, items: 2000 };
    const need = memoryNeed(leastSize(spec, known), spec);
    // The hashed table, 500 users and 2000 items of 8.
    const values = 64_000_000 + 8 * 500 + 8 * 2000;
    expect(need.tables).toBe(4 * values);
    expect(need.optimizer).toBe(2 * 4 * values);
    // 500 queries of 73 numbers, 1000 items of 8: three copies, and their gradients.
    expect(need.batch).toBe(4 * 4 * (500 * 73 + 1000 * 8));
    expect(need.scores).toBe(3 * 8 * 1024 * 1024);
    expect(floorOf(need)).toEqual({
      hostBytes: need.tables + need.optimizer,
      gpuBytes: need.batch + need.scores,
    });
  });

  it('counts nothing that the specification does not declare', () => {
    const lookups = storedSpecSchema.parse(EXAMPLE_SPEC);
    const need = memoryNeed(leastSize(lookups, { queries: 1, items: 1 }), lookups);
    expect(need.tables).toBeLessThan(1e6);
  });
});

describe('a machine', () => {
  it.each([
    [{ hostBytes: 8 * GIB, gpuBytes: 4 * GIB }, machine(16, 'nvidia-t4'), undefined],
    [
      { hostBytes: 17 * GIB, gpuBytes: 0 },
      machine(16, 'nvidia-t4'),
      'it needs 17.0 GB of memory at least and there are 16',
    ],
    [
      { hostBytes: GIB, gpuBytes: 20 * GIB },
      machine(64, 'nvidia-t4'),
      'it needs 20.0 GB of GPU memory at least and a nvidia-t4 has 16',
    ],
    [{ hostBytes: GIB, gpuBytes: 20 * GIB }, machine(64, 'nvidia-l4'), undefined],
    // Without a GPU a batch is in the memory of the host, too.
    [
      { hostBytes: 10 * GIB, gpuBytes: 20 * GIB },
      machine(24),
      'it needs 30.0 GB of memory at least and there are 24',
    ],
  ])('%o on %o: %s', (floor, where, says) => {
    expect(misfitOf(floor, where)).toBe(says);
  });

  it('is larger than another by its own memory or by that of its GPU', () => {
    expect(isLarger(machine(32, 'nvidia-t4'), machine(16, 'nvidia-t4'))).toBe(true);
    expect(isLarger(machine(16, 'nvidia-l4'), machine(16, 'nvidia-t4'))).toBe(true);
    expect(isLarger(machine(16), machine(16, 'nvidia-t4'))).toBe(false);
    expect(isLarger(machine(16, 'nvidia-v100'), machine(16, 'nvidia-t4'))).toBe(false);
  });
});
