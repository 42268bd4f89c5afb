import * as tf from '@tensorflow/tfjs-core';
import { usesGpu } from '../../backend/usesGpu.js';
import type { TrainRequest } from '../loop/trainRequest.js';
import { hasBatchNorm } from './parallelStep.js';

/** How many workers a training gets; one, and a warning, where several cannot do what is asked for. */
export function workersOf(request: TrainRequest): number {
  const { spec, workers = 1 } = request;
  const obstacle = workers > 1 ? obstacleOf(spec) : undefined;
  if (obstacle) request.onLog('warn', `training with one worker instead of ${workers}: ${obstacle}`);
  return obstacle ? 1 : workers;
}

function obstacleOf({ model }: TrainRequest['spec']): string | undefined {
  if (usesGpu(tf.backend())) {
    return 'there is one GPU for all; workers are for the cores of a processor';
  }
  if (hasBatchNorm(model.rating?.layers ?? [])) {
    return 'batch normalization in model.rating.layers takes its statistics of the whole batch';
  }
  return undefined;
}
