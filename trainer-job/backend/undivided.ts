/**
 * Where TensorFlow's operations are better not divided among threads: waking a thread takes about as long as a product of a
 * small batch does. How many threads there are is one number for the process, evaluations included, and is read while
 * TensorFlow is loaded (docs/decisions/0028-onednn.md).
 */
import type { Layer, Negatives, TrainingSpec } from '@trainyard/shared';
import { cores, undividedTensorflow } from '../config.js';

/** Where there are more cores, evaluations would lose too much. */
const MOST_CORES = 2;
/** Measured: at 1024 × 1024 scores with layers of 128, 64 and 32 one thread is faster, with the scores of 8192 rows two are. */
const MOST_SCORES = 1024 * 1024;
const MOST_UNITS = 128;

/** To be called before the backend is loaded. True where operations are not divided from now on. */
export function fitThreads(spec: Pick<TrainingSpec, 'model' | 'training'>, available = cores()): boolean {
  return available <= MOST_CORES && hasSmallOperations(spec) && undividedTensorflow();
}

/** Whether all products of a training step are small. */
export function hasSmallOperations({ model, training }: Pick<TrainingSpec, 'model' | 'training'>): boolean {
  if (model.type !== 'retrieval') return false;
  const layers = [...model.query.layers, ...model.candidate.layers];
  return scoresOf(training.batchSize, training.negatives) <= MOST_SCORES && layers.every(isSmall);
}

/** At most so many scores of a batch; those of a catalogue are known with the data only. */
function scoresOf(batchSize: number, negatives: Negatives): number {
  if (negatives.type === 'catalogue') return Infinity;
  return batchSize * (negatives.type === 'sampled' ? Math.max(negatives.count, batchSize) : batchSize);
}

/** Of other layers it has not been measured. */
function isSmall(layer: Layer): boolean {
  return layer.type === 'dropout' || (layer.type === 'dense' && layer.units <= MOST_UNITS);
}
