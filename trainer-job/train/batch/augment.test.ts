import { describe, expect, it } from 'vitest';
import { embeddingOf, tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { useWasm } from '../../../test/support/training/backend.js';
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import { augmenter } from './augment.js';
import { trainModel } from '../loop/trainModel.js';

const COUNT = 20_000;
const features: EncodedFeature[] = [
  embeddingOf('user', 10, 2),
  { name: 'price', columns: ['price'], transform: 'normalize', kind: 'numbers', width: 2 },
  { ...embeddingOf('words', 10, 2, 3), transform: 'text' },
  { ...embeddingOf('hash', 10, 2), transform: 'hash' },
];
const rows = () => ({
  indices: Int32Array.from({ length: COUNT * 5 }, (_, i) => [7, 3, 4, -1, 5][i % 5]!),
  numbers: Float32Array.from({ length: COUNT * 2 }, (_, i) => i % 2),
});
const column = (values: ArrayLike<number>, stride: number, at: number) =>
  Array.from({ length: COUNT }, (_, i) => values[i * stride + at]!);
const share = (values: readonly number[], value: number) => values.filter((v) => v === value).length / COUNT;

describe('augmentation', () => {
  const augmentation = { lookupDropout: 0.1, wordDropout: 0.3, numberNoise: 0.05 };
  const augment = augmenter('query', features, { augmentation, seed: 1 });

  it('takes lookups and words away as often as asked, and moves standardised numbers; nothing else', () => {
    const { indices, numbers } = augment(rows(), { epoch: 0, step: 3 });
    expect(share(column(indices, 5, 0), 0)).toBeCloseTo(0.1, 1);
    for (const at of [1, 2]) expect(share(column(indices, 5, at), -1)).toBeCloseTo(0.3, 1);
    expect(share(column(indices, 5, 3), -1)).toBe(1);
    expect(share(column(indices, 5, 4), 5)).toBe(1);
    const noise = column(numbers, 2, 0);
    expect(noise.reduce((sum, v) => sum + v, 0) / COUNT).toBeCloseTo(0, 2);
    expect(Math.sqrt(noise.reduce((sum, v) => sum + v * v, 0) / COUNT)).toBeCloseTo(0.05, 2);
    expect(share(column(numbers, 2, 1), 1)).toBe(1);
  });

  it('takes each lookup away as often as is asked of it, and one that is not named never', () => {
    const two = [embeddingOf('user', 10, 2), embeddingOf('city', 10, 2), embeddingOf('constructor', 10, 2)];
    const lookupDropout = { user: 0.4 };
    const each = augmenter('query', two, { augmentation: { ...augmentation, lookupDropout }, seed: 1 });
    const given = { indices: new Int32Array(COUNT * 3).fill(7), numbers: new Float32Array(0) };
    const { indices } = each(given, { epoch: 0, step: 3 });
    expect(share(column(indices, 3, 0), 0)).toBeCloseTo(0.4, 1);
    for (const at of [1, 2]) expect(share(column(indices, 3, at), 7)).toBe(1);
  });

  it('is the same for the same step, and another for the next', () => {
    expect(augment(rows(), { epoch: 0, step: 3 })).toEqual(augment(rows(), { epoch: 0, step: 3 }));
    expect(augment(rows(), { epoch: 0, step: 4 })).not.toEqual(augment(rows(), { epoch: 0, step: 3 }));
    expect(augmenter('query', features, { seed: 1 })(rows(), { epoch: 0, step: 3 })).toEqual(rows());
  });

  it('goes on as it would have when a training resumes', async () => {
    await useWasm();
    const spec = tinySpec({ training: { epochs: 2, batchSize: 256, augmentation: { lookupDropout: 0.2 } } });
    const weights = async (folder: string, stopAfter = Infinity) => {
      let steps = 0;
      const outcome = await trainModel({
        data: tinyDataset(),
        spec,
        checkpointDirectory: folder,
        onEpoch: () => {},
        onProgress: () => steps++,
        onCheckpoint: () => {},
        onLog: () => {},
        stopRequested: () => steps >= stopAfter,
      });
      return outcome.kind === 'trained' ? outcome.model.parameters.map(({ values }) => values) : [];
    };
    const whole = await weights(await temporaryFolder());
    const folder = await temporaryFolder();
    await weights(folder, 5);
    expect(await weights(folder)).toEqual(whole);
  });
});
