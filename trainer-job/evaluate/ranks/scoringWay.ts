import * as tf from '@tensorflow/tfjs-core';
import { usesGpu } from '../../backend/usesGpu.js';

/** Who computes scores and what is taken of them: TensorFlow, or the kernel of `scoreKernel.ts` on the thread that asks. */
export type ScoringWay = 'kernel' | 'tensorflow';

interface Work {
  items: number;
  width: number;
  /** Of a query, in the mean. */
  targets: number;
  /** Whether every rank is to be told apart. */
  isExact: boolean;
  /** That share an operation of TensorFlow. */
  threads: number;
}

/**
 * The one that takes less time, by what each was measured to take for a score on a core with AVX-512, in nanoseconds. TensorFlow
 * is the faster one at products, and goes through all scores again for each target whose exact rank is asked for. Both give the
 * same, but for rounding.
 */
export function scoringWay({ items, width, targets, isExact, threads }: Work): ScoringWay {
  if (tf.getBackend() !== 'tensorflow') return 'kernel';
  // Its scores are nowhere near this thread.
  if (usesGpu(tf.backend())) return 'tensorflow';
  if (items < FEW_ITEMS) return 'kernel';
  const byKernel = 0.8 + 0.045 * width + 0.07 * targets;
  const byTensorflow = 1.35 + 0.024 * width + (isExact ? 0.2 + 0.5 * targets : 0.4);
  return byKernel < byTensorflow / threads ? 'kernel' : 'tensorflow';
}

/** What an operation of TensorFlow takes by itself is more than the scores of so few. */
const FEW_ITEMS = 200;
