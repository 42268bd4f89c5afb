/** What the native backend computes is what the others compute. Skipped where `npm run setup:tensorflow` has not been run. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { EpochReport } from '../../trainer-job/train/loop/trainRequest.js';
import { selectBackend } from '../../trainer-job/backend/selectBackend.js';
import { trainModel } from '../../trainer-job/train/loop/trainModel.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { tinyDataset, tinySpec } from '../support/training/tinyDataset.js';

const layers = [
  { type: 'dense' as const, units: 16, activation: 'relu' as const },
  { type: 'dense' as const, units: 8, activation: 'linear' as const },
];

async function train(
  backend: 'tensorflow' | 'wasm',
  negatives: 'catalogue' | 'inBatch',
): Promise<EpochReport[]> {
  await selectBackend(backend);
  await tf.setBackend(backend);
  const epochs: EpochReport[] = [];
  await trainModel({
    data: tinyDataset(),
    spec: tinySpec({
      model: { query: { layers }, candidate: { layers } },
      training: {
        epochs: 5,
        batchSize: 512,
        optimizer: { type: 'adam', learningRate: 0.01 },
        negatives: { type: negatives },
        earlyStopping: false,
      },
    }),
    checkpointDirectory: await temporaryFolder(),
    onEpoch: (report) => epochs.push(report),
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => false,
  });
  return epochs;
}

describe.skipIf(missingTensorflow)('native TensorFlow', () => {
  useTensorflow();

  it.each(['catalogue', 'inBatch'] as const)(
    'trains to the same numbers as wasm, with %s negatives',
    async (negatives) => {
      const native = await train('tensorflow', negatives);
      const wasm = await train('wasm', negatives);
      for (const [i, { metrics }] of native.entries()) {
        for (const name of ['loss', 'val_loss']) {
          expect(metrics[name], `${name} of epoch ${i + 1}`).toBeCloseTo(wasm[i]!.metrics[name]!, 3);
        }
      }
    },
  );

  it('leaves no tensor behind', async () => {
    await train('tensorflow', 'inBatch');
    const tensors = tf.memory().numTensors;
    await train('tensorflow', 'inBatch');
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
