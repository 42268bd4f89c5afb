import * as tf from '@tensorflow/tfjs-core';
import { TwoTowerModel } from '../../../trainer-job/model/twoTowerModel.js';
import { newOptimizer } from '../../../trainer-job/train/optimize/optimizer.js';
import { optimizerStep } from '../../../trainer-job/train/loop/optimizerStep.js';
import type { MODEL_KINDS } from './modelKinds.js';

const [STEPS, BATCH] = [1000, 4];

/** The numbers of tensors that there were after a step, over all steps, and before the first. */
export async function tensorCounts([, data, spec]: (typeof MODEL_KINDS)[number]): Promise<number[]> {
  const counts = new Set([tf.memory().numTensors]);
  const model = new TwoTowerModel(data, spec);
  const { train } = data.splits;
  const step = optimizerStep(model, newOptimizer(spec.training.optimizer, model.parameters), train);
  for (let number = 0; number < STEPS; number++) {
    const batch = Int32Array.from({ length: BATCH }, (_, i) => (number * BATCH + i) % train.count);
    await step(batch, { epoch: 0, step: number }, 0.01);
    counts.add(tf.memory().numTensors);
  }
  return [...counts];
}
