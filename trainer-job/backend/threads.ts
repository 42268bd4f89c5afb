/**
 * How the cores of a processor share a training: each operation is divided among them, which is TensorFlow's own way; or
 * workers have a part of each step, and operations one thread. How many threads an operation has is one number for the
 * process, evaluations included, and is read while TensorFlow is loaded (docs/decisions/0028-onednn.md).
 */
import type { Layer, Negatives, TrainingSpec } from '@trainyard/shared';
import { cores } from '../settings/limits.js';
import { undividedTensorflow, workersOfTensorflow } from '../settings/tensorflow.js';
import type { WorkerChoice } from '../settings/variables.js';
import type { SelectedBackend } from './selectBackend.js';

type Shape = Pick<TrainingSpec, 'model' | 'training'>;

/** Where there are more cores, nothing of this has been measured. */
const MOST_CORES = 2;
/** Measured: at 1024 × 1024 scores with layers of 128, 64 and 32 one thread is faster, with the scores of 8192 rows two are. */
const MOST_SCORES = 1024 * 1024;
const MOST_UNITS = 128;

/** What operations have from now on: all cores, one thread because they are small, or one of each worker. */
export type Threads = 'divided' | 'undivided' | 'workers';

/** To be called before the backend is loaded. */
export function fitThreads(spec: Shape, workers: WorkerChoice, available = cores()): Threads {
  const ofWorkers = workerCount(workers, { name: 'tensorflow', device: 'cpu' }, spec, available) > 1;
  // Other models are evaluated by the training's own thread, too, which one thread would take long for.
  if (ofWorkers && spec.model.type === 'retrieval') return workersOfTensorflow() ? 'workers' : 'divided';
  const isSmaller = available <= MOST_CORES && hasSmallOperations(spec);
  return isSmaller && undividedTensorflow() ? 'undivided' : 'divided';
}

/**
 * How many workers a training gets that asked for `asked`. `auto` is as many as there are cores where several are faster than
 * one: TensorFlow divides large operations among the cores itself, but not what is between them.
 */
export function workerCount(
  asked: WorkerChoice,
  { name, device }: Pick<SelectedBackend, 'name' | 'device'>,
  spec: Shape,
  available = cores(),
): number {
  if (asked !== 'auto') return asked;
  if (name !== 'tensorflow') return available;
  const areWorthIt = device === 'cpu' && spec.model.type === 'retrieval' && !hasSmallOperations(spec);
  return areWorthIt && available <= MOST_CORES ? available : 1;
}

/** Whether all products of a training step are small. */
export function hasSmallOperations({ model, training }: Shape): boolean {
  if (model.type !== 'retrieval') return false;
  const layers = [...model.query.layers, ...model.candidate.layers];
  return scoresOf(training.batchSize, training.negatives) <= MOST_SCORES && layers.every(isSmall);
}

/** At most so many scores of a batch; those of a catalogue are known with the data only. */
function scoresOf(batchSize: number, negatives: Negatives): number {
  if (negatives.type === 'catalogue') return Infinity;
  const drawn = 'count' in negatives ? negatives.count : 0;
  return batchSize * (negatives.type === 'sampled' ? Math.max(drawn, batchSize) : batchSize + drawn);
}

/** Of other layers it has not been measured. */
function isSmall(layer: Layer): boolean {
  return layer.type === 'dropout' || (layer.type === 'dense' && layer.units <= MOST_UNITS);
}
