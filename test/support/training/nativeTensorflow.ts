import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll } from 'vitest';
import { selectBackend } from '../../../trainer-job/backend/selectBackend.js';

/** Why tests of the native backend are skipped: `npm run setup:tensorflow` has not been run here. */
export const missingTensorflow: string | undefined = await selectBackend('tensorflow').then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
if (missingTensorflow) console.warn(`tests of native TensorFlow are skipped: ${missingTensorflow}`);

/** Makes TensorFlow the backend of a suite's tests. */
export function useTensorflow(): void {
  let before: string;
  beforeAll(async () => {
    before = tf.getBackend();
    await tf.setBackend('tensorflow');
  });
  afterAll(() => tf.setBackend(before));
}
