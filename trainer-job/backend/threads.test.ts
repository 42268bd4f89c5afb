import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { ratedSpec } from '../../test/support/training/ratedDataset.js';
import { tinySpec } from '../../test/support/training/tinyDataset.js';
import { fitThreads, hasSmallOperations, workerCount } from './threads.js';

const defaults = trainingSpecSchema.parse({
  ...tinySpec({}),
  model: {},
  training: { batchSize: 1024, negatives: { type: 'inBatch' } },
});

const changed = (parts: Pick<TrainingSpecInput, 'model' | 'training'>) =>
  trainingSpecSchema.parse({
    ...defaults,
    model: { ...defaults.model, ...parts.model },
    training: { ...defaults.training, ...parts.training },
  });

/** Both towers end in the same width. */
const towers = (
  ...layers: NonNullable<NonNullable<NonNullable<TrainingSpecInput['model']>['query']>['layers']>
) => ({ model: { query: { layers }, candidate: { layers } } });

const large = changed({ training: { batchSize: 8192 } });

describe('operations of a step', () => {
  it('are small with the default towers and a batch of up to 1024 rows', () => {
    expect(hasSmallOperations(defaults)).toBe(true);
    expect(hasSmallOperations(changed({ training: { batchSize: 1025 } }))).toBe(false);
  });

  it('are as large as the negatives that are sampled are many', () => {
    const sampled = (batchSize: number, count: number) =>
      hasSmallOperations(changed({ training: { batchSize, negatives: { type: 'sampled', count } } }));
    expect([sampled(512, 2048), sampled(512, 2049), sampled(2048, 16)]).toEqual([true, false, false]);
  });

  it('are not known to be small against a catalogue, with wide or other layers, or for ratings', () => {
    for (const parts of [
      { training: { negatives: { type: 'catalogue' as const } } },
      towers({ type: 'dense', units: 129 }),
      towers({ type: 'cross' }, { type: 'dense', units: 64 }),
    ]) {
      expect(hasSmallOperations(changed(parts))).toBe(false);
    }
    expect(hasSmallOperations(ratedSpec({ type: 'ranking' }, { batchSize: 64 }))).toBe(false);
  });
});

describe('the threads of TensorFlow', () => {
  beforeEach(() => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined);
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', undefined);
  });
  afterEach(() => vi.unstubAllEnvs());
  const threads = () => [process.env['TF_NUM_INTRAOP_THREADS'], process.env['TF_ENABLE_ONEDNN_OPTS']];

  it('are one for small operations on two cores, and its own choice elsewhere', () => {
    expect(fitThreads(defaults, 1, 4)).toBe('divided');
    expect(fitThreads(large, 1, 2)).toBe('divided');
    expect(threads()).toEqual([undefined, undefined]);
    expect(fitThreads(defaults, 1, 2)).toBe('undivided');
    expect(threads()).toEqual(['1', undefined]);
  });

  it('are one of each worker, with oneDNN, unless the training computes ratings itself', () => {
    expect(fitThreads(ratedSpec({ type: 'hybrid' }, {}), 2, 2)).toBe('divided');
    expect(threads()).toEqual([undefined, undefined]);
    expect(fitThreads(large, 'auto', 2)).toBe('workers');
    expect(threads()).toEqual(['1', '1']);
  });

  it('are what somebody has set', () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', '2');
    expect(fitThreads(defaults, 1, 2)).toBe('divided');
    expect(fitThreads(large, 2, 2)).toBe('divided');
    expect(threads()).toEqual(['2', undefined]);
  });
});

describe('workers', () => {
  const [cpu, gpu] = (['cpu', 'gpu'] as const).map((device) => ({ name: 'tensorflow' as const, device }));
  const wasm = { name: 'wasm' as const, device: 'cpu' as const };

  it('are as many as are asked for', () => {
    expect(workerCount(3, cpu!, large, 2)).toBe(3);
    expect(workerCount(1, wasm, large, 8)).toBe(1);
  });

  it('are as many as there are cores with auto, where that is known to be faster', () => {
    expect(workerCount('auto', wasm, defaults, 8)).toBe(8);
    expect(workerCount('auto', cpu!, large, 2)).toBe(2);
    expect(workerCount('auto', cpu!, large, 8)).toBe(1);
    expect(workerCount('auto', cpu!, defaults, 2)).toBe(1);
    expect(workerCount('auto', cpu!, ratedSpec({ type: 'hybrid' }, {}), 2)).toBe(1);
    expect(workerCount('auto', gpu!, large, 2)).toBe(1);
  });
});
