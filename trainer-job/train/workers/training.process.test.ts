import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/training/ratedDataset.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EpochReport, KeptWorkers, TrainOutcome, TrainRequest } from '../loop/trainRequest.js';
import { evaluateModel } from '../../evaluate/evaluateModel.js';
import type { Profile } from '../loop/profiler.js';
import { trainModel } from '../loop/trainModel.js';

beforeAll(useWasm);
// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const data = tinyDataset();
const layers = [
  { type: 'dense' as const, units: 8 },
  { type: 'batchNorm' as const },
  { type: 'dropout' as const, rate: 0.2 },
  { type: 'dense' as const, units: 8, activation: 'linear' as const },
];
const training = {
  epochs: 4,
  batchSize: 256,
  optimizer: { type: 'adamw' as const, learningRate: 0.02 },
  negatives: { type: 'inBatch' as const },
};
const spec = tinySpec({
  model: { query: { layers }, candidate: { layers }, temperature: { learned: true } },
  training,
});

async function train(parts: Partial<TrainRequest> = {}) {
  const epochs: EpochReport[] = [];
  const logs: string[] = [];
  const outcome = await trainModel({
    data,
    spec,
    workers: 2,
    checkpointDirectory: await temporaryFolder(),
    onEpoch: (report) => epochs.push(report),
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: (_level, message) => logs.push(message),
    stopRequested: () => false,
    ...parts,
  });
  return { outcome, logs, metrics: epochs.map((epoch) => epoch.metrics) };
}

function weights(outcome: TrainOutcome): number[][] {
  if (outcome.kind !== 'trained') throw new Error(outcome.kind);
  const { parameters, state } = outcome.model;
  return [...parameters, ...state].map(({ values }) => Array.from(values));
}

describe('a training with workers', () => {
  it('learns what one worker learns', async () => {
    const [two, one] = [await train(), await train({ workers: 1 })];
    expect(two.metrics).toHaveLength(4);
    two.metrics.forEach((metrics, epoch) =>
      expect(metrics['val_loss']).toBeCloseTo(one.metrics[epoch]!['val_loss']!, 3),
    );
  });

  it('stopped within an epoch and resumed, ends as if it had never stopped', async () => {
    const [whole, checkpointDirectory] = [await train(), await temporaryFolder()];
    let asked = 0;
    const stopped = await train({ checkpointDirectory, stopRequested: () => ++asked > 17 });
    expect(stopped.outcome).toMatchObject({ kind: 'stopped', checkpoint: { epoch: 1 } });
    const resumed = await train({ checkpointDirectory });
    expect(resumed.metrics).toEqual(whole.metrics);
    expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
  });

  it('goes on from the checkpoint of one worker, and the other way round', async () => {
    const checkpointDirectory = await temporaryFolder();
    let asked = 0;
    await train({ checkpointDirectory, workers: 1, stopRequested: () => ++asked > 5 });
    asked = 0;
    const second = await train({ checkpointDirectory, workers: 3, stopRequested: () => ++asked > 20 });
    const last = await train({ checkpointDirectory, workers: 1 });
    expect(second.logs).toContain('resuming after epoch 0, step 5');
    expect(last.logs).toContainEqual(expect.stringMatching(/^resuming after epoch 1/));
    expect(last.metrics).toHaveLength(4);
  });

  it('adds up batches, and profiles a step', async () => {
    const profiles: Profile[] = [];
    const accumulated = tinySpec({ training: { ...training, batchSize: 64, accumulateSteps: 4, epochs: 1 } });
    const parts = { spec: accumulated, onProfile: async (profile: Profile) => void profiles.push(profile) };
    const [two, one] = [await train(parts), await train({ ...parts, workers: 1 })];
    expect(two.metrics[0]!['loss']).toBeCloseTo(one.metrics[0]!['loss']!, 4);
    expect(profiles[0]!.seconds.loss).toBeGreaterThan(0);
    expect(profiles[0]!.operations.length).toBeGreaterThan(3);
  });

  it('leaves its workers to whoever keeps them, and they evaluate the model as one thread does', async () => {
    const kept: KeptWorkers[] = [];
    const { outcome } = await train({ keepWorkers: (workers) => kept.push(workers) });
    if (outcome.kind !== 'trained') throw new Error(outcome.kind);
    const { model } = outcome;
    const [{ scoring, close }] = kept as [KeptWorkers];
    const together = await evaluateModel({ model, data, spec, scoring });
    await close();
    const { itemVectors, ...alone } = await evaluateModel({ model, data, spec });
    expect(together).toEqual({ ...alone, itemVectors: expect.any(Float32Array) });
    expect(Array.from(together.itemVectors!)).toEqual(Array.from(itemVectors!));
  });

  it('is one of one worker, with a warning, where a rating head normalizes its batch', async () => {
    const { logs } = await train({
      data: ratedDataset(),
      spec: ratedSpec({ type: 'ranking', rating: { layers: [{ type: 'batchNorm' }] } }, { epochs: 1 }),
    });
    expect(logs.join()).toMatch(/training with one worker instead of 2: batch normalization in model.rating/);
  });
});
