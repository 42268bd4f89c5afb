import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../support/training/modelKinds.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';
import { tensorCounts } from '../support/training/tensorCounts.js';

describe.skipIf(missingTensorflow)('a thousand steps on TensorFlow', () => {
  useTensorflow();

  it.each(MODEL_KINDS)(
    'leave no tensor behind, of %s',
    async (...kind) => {
      expect(await tensorCounts(kind)).toHaveLength(1);
    },
    180_000,
  );
});
