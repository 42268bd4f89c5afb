import { describe, expect, it } from 'vitest';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { tinyDataset, tinySpec } from '../support/training/tinyDataset.js';
import type { EpochReport } from '../../trainer-job/train/loop/trainRequest.js';
import { trainModel } from '../../trainer-job/train/loop/trainModel.js';

describe.skipIf(missingTensorflow)('workers on TensorFlow', () => {
  useTensorflow();

  it('learn what one worker learns', async () => {
    const layers = [{ type: 'dense' as const, units: 8 }];
    const spec = tinySpec({
      model: { query: { layers }, candidate: { layers } },
      training: { epochs: 2, batchSize: 256, optimizer: { type: 'adam' }, negatives: { type: 'inBatch' } },
    });
    const train = async (workers: number) => {
      const epochs: EpochReport[] = [];
      await trainModel({
        data: tinyDataset(),
        spec,
        workers,
        checkpointDirectory: await temporaryFolder(),
        onEpoch: (report) => epochs.push(report),
        onProgress: () => {},
        onCheckpoint: () => {},
        onLog: () => {},
        stopRequested: () => false,
      });
      return epochs.map(({ metrics }) => metrics['loss']!);
    };
    const [two, one] = [await train(2), await train(1)];
    expect(two).toHaveLength(2);
    two.forEach((loss, epoch) => expect(loss).toBeCloseTo(one[epoch]!, 4));
  });
});
