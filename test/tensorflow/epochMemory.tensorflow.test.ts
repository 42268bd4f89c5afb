import { expect, it } from 'vitest';
import { middleGrowth, MOST_GROWTH } from '../support/training/epochMemory.js';
import { missingTensorflow } from '../support/training/nativeTensorflow.js';

it.skipIf(missingTensorflow)(
  'resident memory is flat over 50 epochs on TensorFlow, once 25 have given caches and heaps their size',
  async () => {
    expect(await middleGrowth('tensorflow')).toBeLessThan(MOST_GROWTH);
  },
  300_000,
);
