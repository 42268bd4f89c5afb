import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { ratedSpec } from '../../test/support/ratedDataset.js';
import { tinySpec } from '../../test/support/tinyDataset.js';
import { fitThreads, hasSmallOperations } from './undivided.js';

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
      { model: { query: { layers: [{ type: 'dense' as const, units: 129 }] } } },
      { model: { candidate: { layers: [{ type: 'cross' as const }] } } },
    ]) {
      expect(hasSmallOperations(changed(parts))).toBe(false);
    }
    expect(hasSmallOperations(ratedSpec({ type: 'ranking' }, { batchSize: 64 }))).toBe(false);
  });
});

describe('the threads of TensorFlow', () => {
  beforeEach(() => vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined));
  afterEach(() => vi.unstubAllEnvs());
  const threads = () => process.env['TF_NUM_INTRAOP_THREADS'];

  it('are one for small operations on two cores, and its own choice elsewhere', () => {
    expect(fitThreads(defaults, 4)).toBe(false);
    expect(fitThreads(changed({ training: { batchSize: 8192 } }), 2)).toBe(false);
    expect(threads()).toBeUndefined();
    expect(fitThreads(defaults, 2)).toBe(true);
    expect(threads()).toBe('1');
  });

  it('are what somebody has set', () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', '2');
    expect(fitThreads(defaults, 2)).toBe(false);
    expect(threads()).toBe('2');
  });
});
