import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { embeddingOf, tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { towerInMemory } from '../../data/encodedDataset.js';
import { evaluateModel } from '../../evaluate/evaluateModel.js';
import type { EpochReport, TrainOutcome, TrainRequest } from './trainRequest.js';
import type { Profile } from './profiler.js';
import { trainModel } from './trainModel.js';

beforeAll(useWasm);

const data = tinyDataset();
const training = {
  epochs: 6,
  batchSize: 256,
  optimizer: { type: 'adam' as const, learningRate: 0.02 },
  earlyStopping: { patience: 5 },
};

interface Trained {
  outcome: TrainOutcome;
  epochs: EpochReport[];
  logs: string[];
}

async function train(folder: string, parts: Partial<TrainRequest> = {}): Promise<Trained> {
  const epochs: EpochReport[] = [];
  const logs: string[] = [];
  const outcome = await trainModel({
    data,
    spec: tinySpec({ training }),
    checkpointDirectory: folder,
    onEpoch: (report) => epochs.push(report),
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: (_level, message) => logs.push(message),
    stopRequested: () => false,
    ...parts,
  });
  return { outcome, epochs, logs };
}

function weights(outcome: TrainOutcome): number[][] {
  if (outcome.kind !== 'trained') throw new Error(outcome.kind);
  return outcome.model.parameters.map((parameter) => Array.from(parameter.values));
}

const metricsOf = (trained: Trained) => trained.epochs.map((report) => report.metrics);

/** Answers true from the given call on; it is called after each step, and in each epoch’s evaluation. */
function stopAfter(steps: number): () => boolean {
  let asked = 0;
  return () => ++asked > steps;
}

describe('a training', () => {
  it('learns the planted structure: far better than popularity', async () => {
    const { outcome, epochs } = await train(await temporaryFolder());
    if (outcome.kind !== 'trained') throw new Error(outcome.kind);
    const { metrics, baselines } = await evaluateModel({
      model: outcome.model,
      data,
      spec: outcome.model.spec,
    });
    expect(epochs.map((report) => report.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs.at(-1)!.metrics['loss']).toBeLessThan(epochs[0]!.metrics['loss']!);
    expect(metrics['test_recall_at_10']).toBeGreaterThan(
      1.5 * baselines['popularity']!['test_recall_at_10']!,
    );
  });

  it.each(['catalogue', 'inBatch'] as const)(
    'gives the same numbers each time, with %s negatives',
    async (type) => {
      const spec = tinySpec({ training: { ...training, epochs: 2, negatives: { type } } });
      const [first, second] = [
        await train(await temporaryFolder(), { spec }),
        await train(await temporaryFolder(), { spec }),
      ];
      expect(metricsOf(second)).toEqual(metricsOf(first));
      expect(weights(second.outcome)).toEqual(weights(first.outcome));
    },
  );

  it('stopped within an epoch and resumed, ends as if it had never stopped', async () => {
    const [whole, folder] = [await train(await temporaryFolder()), await temporaryFolder()];
    const stopped = await train(folder, { stopRequested: stopAfter(29) });
    expect(stopped.outcome).toMatchObject({ kind: 'stopped', checkpoint: { epoch: 2 } });
    const resumed = await train(folder);
    expect(resumed.logs).toContain('resuming after epoch 2, step 3');
    expect(metricsOf(resumed)).toEqual(metricsOf(whole));
    expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
  });

  it('resumes exactly with dropout, batch normalization and a learned temperature too', async () => {
    const layers = [
      { type: 'dense' as const, units: 8 },
      { type: 'batchNorm' as const },
      { type: 'dropout' as const, rate: 0.3 },
      { type: 'dense' as const, units: 4, activation: 'linear' as const },
    ];
    const temperature = { learned: true as const, initial: 0.5 };
    const spec = tinySpec({
      model: { query: { layers }, candidate: { layers }, temperature },
      training: { ...training, epochs: 3, negatives: { type: 'inBatch' } },
    });
    const state = ({ outcome }: Trained) =>
      outcome.kind === 'trained' ? outcome.model.state.map(({ values }) => Array.from(values)) : [];
    const [whole, folder] = [await train(await temporaryFolder(), { spec }), await temporaryFolder()];
    await train(folder, { spec, stopRequested: stopAfter(17) });
    const resumed = await train(folder, { spec });
    expect(metricsOf(resumed)).toEqual(metricsOf(whole));
    expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
    expect(state(resumed)).toEqual(state(whole));
    expect(state(whole)).toHaveLength(4);
    const temperatures = whole.epochs.map(({ metrics }) => metrics['temperature']!);
    expect(new Set(temperatures.map((value) => value > 0 && value !== 0.5))).toEqual(new Set([true]));
  });

  it.each([
    { optimizer: { type: 'adamw' as const, learningRate: 0.02, weightDecay: 0.2 }, warmupSteps: 30 },
    {
      optimizer: { type: 'sgd' as const, momentum: 0.9 },
      schedule: { type: 'plateau' as const, patience: 1, minDelta: 0.05 },
    },
    { schedule: { type: 'cosine' as const }, clipping: { type: 'globalNorm' as const, limit: 1 } },
    { accumulateSteps: 3, regularization: { activityL2: 0.01 }, embeddingL2: 0.01 },
    { negatives: { type: 'sampled' as const, count: 16 }, seeds: { negatives: 5 } },
  ])('stopped anywhere and resumed with %j, ends as if it had never stopped', async (parts) => {
    const spec = tinySpec({ training: { ...training, epochs: 4, ...parts } });
    const whole = await train(await temporaryFolder(), { spec });
    for (const steps of [0, 3, 4, 12, 13]) {
      const folder = await temporaryFolder();
      await train(folder, { spec, stopRequested: stopAfter(steps) });
      const resumed = await train(folder, { spec });
      expect(metricsOf(resumed)).toEqual(metricsOf(whole));
      expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
    }
  });

  it.each([
    { type: 'catalogue' as const },
    { type: 'sampled' as const, count: 16 },
    { type: 'sampled' as const, count: 16, removeAccidentalHits: false, samplingCorrection: false },
  ])('of accumulated batches is one of batches as large, but for rounding: %j', async (negatives) => {
    const of = async (parts: object) => {
      const spec = tinySpec({ training: { ...training, epochs: 2, embeddingL2: 0.01, negatives, ...parts } });
      return train(await temporaryFolder(), { spec });
    };
    const [large, accumulated] = [
      await of({ batchSize: 512 }),
      await of({ batchSize: 64, accumulateSteps: 8 }),
    ];
    const [wanted, found] = [weights(large.outcome).flat(), weights(accumulated.outcome).flat()];
    wanted.forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(2e-4));
  });

  it('reports the learning rate of each epoch', async () => {
    const spec = tinySpec({
      training: {
        ...training,
        epochs: 3,
        schedule: { type: 'step', everyEpochs: 1, factor: 0.5 },
        optimizer: { type: 'adam', learningRate: 0.04 },
      },
    });
    const { epochs } = await train(await temporaryFolder(), { spec });
    expect(epochs.map(({ metrics }) => metrics['learning_rate'])).toEqual([0.04, 0.02, 0.01]);
  });

  it('falls back to the checkpoint before a damaged one', async () => {
    const [whole, folder] = [await train(await temporaryFolder()), await temporaryFolder()];
    await train(folder, { stopRequested: stopAfter(40) });
    const newest = (await readdir(folder))
      .filter((name) => name.startsWith('e'))
      .toSorted()
      .at(-1)!;
    await truncate(join(folder, newest, 'state.bin'), 100);
    const resumed = await train(folder);
    expect(resumed.logs).toContain(`checkpoint ${newest} is not used: its content is damaged`);
    expect(resumed.logs).toContain('resuming after epoch 3, step 0');
    expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
  });

  it('goes on to the next best epoch where the checkpoint of the best is damaged, and says so', async () => {
    const folder = await temporaryFolder();
    const spec = tinySpec({
      training: { ...training, epochs: 60, optimizer: { type: 'adam', learningRate: 0.1 } },
    });
    const whole = await train(folder, { spec });
    if (whole.outcome.kind !== 'trained') throw new Error(whole.outcome.kind);
    const losses = whole.epochs.map(({ metrics }) => metrics['val_loss']!);
    const [best, second] = losses.toSorted((a, b) => a - b).map((loss) => losses.indexOf(loss) + 1);
    expect(whole.outcome.bestEpoch).toBe(best);
    const name = `e${String(best).padStart(4, '0')}-s00000000-a0001`;
    await truncate(join(folder, name, 'state.bin'), 100);
    const again = await train(folder, { spec });
    expect(again.logs.join()).toContain(`checkpoint ${name}, of the best epochs, is not used`);
    expect(again.outcome).toMatchObject({ bestEpoch: second, metrics: { val_loss: losses[second! - 1] } });
  });

  it('that goes on with another monitored metric waits anew, from the epoch it goes on from', async () => {
    const folder = await temporaryFolder();
    const of = (epochs: number, monitor: string) =>
      tinySpec({ training: { ...training, epochs, earlyStopping: { monitor, patience: 10 } } });
    await train(folder, { spec: of(3, 'val_loss') });
    const { outcome, epochs } = await train(folder, { spec: of(8, 'recall_at_10') });
    if (outcome.kind !== 'trained') throw new Error(outcome.kind);
    expect(outcome.epochsTrained).toBe(8);
    const recalls = epochs.slice(2).map(({ metrics }) => metrics['recall_at_10']!);
    expect(outcome.metrics['recall_at_10']).toBe(Math.max(...recalls));
  });

  it('sees that its last step diverged although there is no row to validate on', async () => {
    const { count, query, item } = data.splits.validation;
    const none = { count: 0, query: query.slice(count), item: item.slice(count) };
    const spec = tinySpec({ training: { epochs: 1, batchSize: 8192, optimizer: { type: 'sgd' } } });
    // One step, of a rate that no specification may have, to be sure of it.
    const optimizer = { ...spec.training.optimizer, learningRate: 1e39 };
    const diverging = train(await temporaryFolder(), {
      data: { ...data, splits: { ...data.splits, validation: none } },
      spec: { ...spec, training: { ...spec.training, optimizer } },
    });
    await expect(diverging).rejects.toThrow(/the weights became NaN.*hold what is no number/s);
  });

  it('saves every so many epochs where no metric says which is the best', async () => {
    const saved: number[] = [];
    await train(await temporaryFolder(), {
      spec: tinySpec({ training: { ...training, checkpoint: { everyEpochs: 4 }, earlyStopping: false } }),
      onCheckpoint: ({ epoch }) => saved.push(epoch),
    });
    expect(saved).toEqual([4, 6]);
  });

  it('ends an epoch in the order in which it began, on a machine with other memory too', async () => {
    const blocks = { entities: 40, together: 2 };
    const onDisk = { ...data, query: { ...data.query, blocks } };
    const spec = tinySpec({ training: { ...training, epochs: 3 } });
    const [whole, folder] = [
      await train(await temporaryFolder(), { spec, data: onDisk }),
      await temporaryFolder(),
    ];
    await train(folder, { spec, data: onDisk, stopRequested: stopAfter(29) });
    const resumed = await train(folder, { spec });
    expect(resumed.logs).toContain('resuming after epoch 2, step 3');
    expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
  });

  it('does not resume from a checkpoint of other data, though of the same size', async () => {
    const folder = await temporaryFolder();
    await train(folder, { dataDigest: 'of yesterday', stopRequested: stopAfter(3) });
    const other = await train(folder, { dataDigest: 'of today' });
    expect(other.logs.join()).toContain('other data');
    expect(weights(other.outcome)).toEqual(weights((await train(await temporaryFolder())).outcome));
  });

  it('stopped while it evaluates, makes the epoch’s metrics when it goes on', async () => {
    const spec = tinySpec({ training: { ...training, epochs: 2 }, evaluation: { k: [1] } });
    const whole = await train(await temporaryFolder(), { spec });
    const folder = await temporaryFolder();
    // Asked after each of 12 steps, and then within the evaluation.
    const stopped = await train(folder, { spec, stopRequested: stopAfter(12) });
    expect(stopped.outcome).toMatchObject({ kind: 'stopped', checkpoint: { epoch: 0 } });
    expect((await readdir(folder)).join()).toContain('e0000-s00000012-a0001');
    expect(stopped.epochs).toEqual([]);
    const resumed = await train(folder, { spec });
    expect(metricsOf(resumed)).toEqual(metricsOf(whole));
    expect(resumed.epochs[0]).toMatchObject({ examples: 0, examplesPerSecond: 0 });
  });

  it('stopped among the batches of one step, ends as if it had never stopped', async () => {
    const layers = [{ type: 'dense' as const, units: 8 }, { type: 'batchNorm' as const }];
    const spec = tinySpec({
      model: { query: { layers }, candidate: { layers } },
      training: { ...training, epochs: 2, batchSize: 64, accumulateSteps: 6, negatives: { type: 'inBatch' } },
    });
    const whole = await train(await temporaryFolder(), { spec });
    for (const asked of [3, 11, 16]) {
      const folder = await temporaryFolder();
      const stopped = await train(folder, { spec, stopRequested: stopAfter(asked) });
      expect(stopped.outcome).toMatchObject({ kind: 'stopped' });
      const resumed = await train(folder, { spec });
      expect(metricsOf(resumed)).toEqual(metricsOf(whole));
      expect(weights(resumed.outcome)).toEqual(weights(whole.outcome));
    }
  });

  it('whose place another attempt has taken stops, and leaves everything to it', async () => {
    const folder = await temporaryFolder();
    let later: Promise<Trained> | undefined;
    const first = await train(folder, {
      trainer: { runId: 'r', attempt: 1 },
      onEpoch: ({ epoch }) => {
        if (epoch === 2) later = train(folder, { trainer: { runId: 'r', attempt: 2 } });
      },
    });
    expect(first.outcome).toEqual({ kind: 'stopped', checkpoint: null });
    expect(first.logs.join()).toContain('stopped without saving: attempt 2 of run r trains');
    expect(weights((await later!).outcome)).toEqual(weights((await train(await temporaryFolder())).outcome));
  });

  it('ends after so many steps, within an epoch too, and tells what that part of the epoch came to', async () => {
    const limited = tinySpec({ training: { ...training, maxSteps: 29 } });
    const { outcome, epochs, logs } = await train(await temporaryFolder(), { spec: limited });
    expect(epochs.map(({ examples }) => examples)).toEqual([3000, 3000, 5 * 256]);
    expect(outcome).toMatchObject({ kind: 'trained', epochsTrained: 3, earlyStoppedAtEpoch: null });
    expect(logs).toContain('training.maxSteps, 29, is reached: the training ends in epoch 3');
    const [first, second, third] = epochs.map(({ metrics }) => metrics['loss']!);
    expect(third).toBeLessThan(second!);
    expect(second).toBeLessThan(first!);

    const folder = await temporaryFolder();
    await train(folder, { spec: limited, stopRequested: stopAfter(27) });
    const resumed = await train(folder, { spec: limited });
    expect(weights(resumed.outcome)).toEqual(weights(outcome));
    const longer = await train(folder, { spec: tinySpec({ training: { ...training, maxSteps: 30 } }) });
    expect(longer.logs).toContain('resuming after epoch 3, step 0');
    expect(longer.epochs.map(({ examples }) => examples).at(-1)).toBe(256);
  });

  it('ends after so many seconds', async () => {
    const { outcome, epochs } = await train(await temporaryFolder(), {
      spec: tinySpec({ training: { ...training, epochs: 10_000, maxSeconds: 1, earlyStopping: false } }),
    });
    expect(outcome.kind).toBe('trained');
    const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
    expect(epochs.length).toBeLessThan(10_000);
    expect(seconds).toBeGreaterThan(0.1);
  });

  it('saves every so many seconds, within epochs too', async () => {
    const saved: string[] = [];
    await train(await temporaryFolder(), {
      spec: tinySpec({
        training: { ...training, epochs: 1, batchSize: 2, checkpoint: { everySeconds: 0.1 } },
      }),
      onCheckpoint: ({ path }) => saved.push(path),
    });
    expect(saved.length).toBeGreaterThan(1);
    expect(saved[0]).toMatch(/e0000-s0*[1-9]\d*-a0001$/);
  });

  it('does not resume from a checkpoint of another specification', async () => {
    const folder = await temporaryFolder();
    await train(folder, { stopRequested: stopAfter(3) });
    const other = await train(folder, { spec: tinySpec({ training: { ...training, epochs: 1, seed: 7 } }) });
    expect(other.logs.join()).toContain('another specification');
    expect(other.epochs).toHaveLength(1);
  });

  it('reports the epochs of its checkpoint again when it resumes a finished training', async () => {
    const folder = await temporaryFolder();
    const first = await train(folder);
    expect(metricsOf(await train(folder))).toEqual(metricsOf(first));
  });

  it('stops early and keeps the weights of the best epoch', async () => {
    const spec = tinySpec({
      training: {
        ...training,
        epochs: 60,
        optimizer: { type: 'adam', learningRate: 0.1 },
        earlyStopping: { patience: 3 },
      },
    });
    const { outcome, epochs } = await train(await temporaryFolder(), { spec });
    if (outcome.kind !== 'trained') throw new Error(outcome.kind);
    const best = Math.min(...epochs.map((report) => report.metrics['val_loss']!));
    expect(outcome.epochsTrained).toBe(outcome.bestEpoch + 3);
    expect(outcome.earlyStoppedAtEpoch).toBe(outcome.epochsTrained);
    expect(outcome.metrics['val_loss']).toBe(best);
    const folder = await temporaryFolder();
    const untilBest = await train(folder, {
      spec: { ...spec, training: { ...spec.training, epochs: outcome.bestEpoch, earlyStopping: false } },
    });
    expect(weights(outcome)).toEqual(weights(untilBest.outcome));
  });

  it('takes no epoch whose items score alike for the best by ranks, and says so', async () => {
    const alike = embeddingOf('item', 41, 8);
    const ones = { indices: new Int32Array(41).fill(1), numbers: new Float32Array(0) };
    const spec = tinySpec({
      training: { ...training, epochs: 4, earlyStopping: { monitor: 'val_recall_at_5', patience: 3 } },
    });
    const { outcome, epochs, logs } = await train(await temporaryFolder(), {
      data: { ...data, candidate: towerInMemory([alike], 0, ones) },
      spec,
    });
    if (outcome.kind !== 'trained') throw new Error(outcome.kind);
    expect(epochs.map(({ metrics }) => metrics['recall_at_5'])).toEqual([1, 1, 1]);
    expect(epochs.map(({ byTies }) => byTies)).toEqual([true, true, true]);
    expect(outcome).toMatchObject({ bestEpoch: 3, earlyStoppedAtEpoch: 3 });
    expect(logs.filter((line) => line.includes('items score alike'))).toHaveLength(3);
  });

  it('of a trial that is compared by ranks says in which epochs items score alike, though nothing else goes by ranks', async () => {
    const alike = embeddingOf('item', 41, 8);
    const ones = { indices: new Int32Array(41).fill(1), numbers: new Float32Array(0) };
    const spec = tinySpec({ training: { ...training, epochs: 2, earlyStopping: false } });
    const collapsed = { ...data, candidate: towerInMemory([alike], 0, ones) };
    const byTies = async (comparedBy?: string) => {
      const { epochs } = await train(await temporaryFolder(), { data: collapsed, spec, comparedBy });
      return epochs.map((epoch) => epoch.byTies);
    };
    expect(await byTies('recall_at_5')).toEqual([true, true]);
    expect(await byTies('val_loss')).toEqual([undefined, undefined]);
    expect(await byTies()).toEqual([undefined, undefined]);
  });

  it('keeps the best checkpoints and the newest, and no more', async () => {
    const folder = await temporaryFolder();
    await train(folder, { spec: tinySpec({ training: { ...training, checkpoint: { keepBest: 2 } } }) });
    expect((await readdir(folder)).filter((name) => name.startsWith('e')).length).toBeLessThanOrEqual(3);
  });

  it('evaluates a sample of the training rows too, the same in each epoch', async () => {
    const spec = tinySpec({ training: { ...training, epochs: 2 }, evaluation: { k: [5], trainSample: 500 } });
    const plain = tinySpec({ training: { ...training, epochs: 2 }, evaluation: { k: [5] } });
    const { epochs, outcome } = await train(await temporaryFolder(), { spec });
    for (const { metrics } of epochs) {
      expect(metrics['train_recall_at_5']).toBeGreaterThan(0.1);
      expect(metrics['train_loss']).toBeGreaterThan(1);
    }
    expect(weights(outcome)).toEqual(
      weights((await train(await temporaryFolder(), { spec: plain })).outcome),
    );
  });

  it('profiled, tells the phases of one epoch and the operations of one step, and ends the same', async () => {
    const profiles: Profile[] = [];
    const profiled = await train(await temporaryFolder(), {
      onProfile: async (profile) => void profiles.push(profile),
    });
    expect(profiles).toMatchObject([{ epoch: 1, steps: 12, examples: 3000 }]);
    const { seconds, operations } = profiles[0]!;
    expect(Object.keys(seconds)).toEqual(['data', 'forward', 'loss', 'backward', 'apply', 'evaluate']);
    expect(Object.values(seconds).every((value) => value > 0)).toBe(true);
    expect(operations.map(({ name }) => name)).toContain('BatchMatMul');
    expect(weights(profiled.outcome)).toEqual(weights((await train(await temporaryFolder())).outcome));
  });

  it('too large for the memory is refused before the first step', async () => {
    await expect(train(await temporaryFolder(), { memoryLimitBytes: 1000 })).rejects.toThrow(
      /training needs about .* GB/,
    );
  });

  it('explains a diverging loss', async () => {
    const spec = tinySpec({
      training: { ...training, epochs: 50, optimizer: { type: 'sgd', learningRate: 10 } },
    });
    await expect(train(await temporaryFolder(), { spec })).rejects.toThrow(/diverged/);
  });

  it('refuses towers of different widths before the first step', async () => {
    const spec = tinySpec({
      model: { query: { layers: [] }, candidate: { layers: [{ type: 'dense', units: 3 }] } },
    });
    await expect(train(await temporaryFolder(), { spec })).rejects.toThrow(
      /width 8, the candidate tower in 3/,
    );
  });

  it.each([
    { type: 'inBatch', removeAccidentalHits: true },
    { type: 'inBatch', hardest: 8 },
    { type: 'sampled', count: 16 },
    { type: 'sampled', count: 16, removeAccidentalHits: false, samplingCorrection: false },
    { type: 'catalogue', hardest: 10 },
    { type: 'mixed', count: 16 },
  ] as const)('learns with the negatives %j', async (negatives) => {
    const spec = tinySpec({ training: { ...training, negatives } });
    const { epochs } = await train(await temporaryFolder(), { spec });
    expect(epochs.at(-1)!.metrics['loss']).toBeLessThan(epochs[0]!.metrics['loss']!);
    expect(epochs.at(-1)!.metrics['recall_at_10']).toBeGreaterThan(0.6);
  });

  it.each([
    { loss: { type: 'softmax', negativePower: 1.15, labelSmoothing: 0.1 }, least: 0.6 },
    { loss: { type: 'bpr' }, least: 0.6 },
    // Cosines find the group of a user, and not which of its items sell best.
    { loss: { type: 'ccl', margin: 0.4, negativeWeight: 5 }, model: { similarity: 'cosine' }, least: 0.4 },
  ] as const)('learns with $loss', async ({ loss, model, least }) => {
    const spec = tinySpec({ ...(model && { model }), training: { ...training, loss } });
    const { epochs } = await train(await temporaryFolder(), { spec });
    expect(epochs.at(-1)!.metrics['loss']).toBeLessThan(epochs[0]!.metrics['loss']!);
    expect(epochs.at(-1)!.metrics['recall_at_10']).toBeGreaterThan(least);
  });

  it('goes on from a checkpoint of other memory for scores: the weights do not depend on it', async () => {
    const folder = await temporaryFolder();
    const withScores = (scoreMegabytes: number) =>
      tinySpec({ training: { ...training, epochs: 2, scoreMegabytes } });
    await train(folder, { spec: withScores(1), stopRequested: stopAfter(5) });
    const { logs } = await train(folder, { spec: withScores(8) });
    expect(logs).toContain('resuming after epoch 0, step 5');
  });

  it.each([Infinity, 5, 12])('leaves no tensor behind, stopped after %d steps or never', async (steps) => {
    const before = tf.memory().numTensors;
    const spec = tinySpec({ training: { ...training, epochs: 2, scoreMegabytes: 1 } });
    await train(await temporaryFolder(), { spec, stopRequested: stopAfter(steps) });
    expect(tf.memory().numTensors).toBe(before);
  });
});
