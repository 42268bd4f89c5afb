/**
 * How fast a trainer is where no run of the model tells: ranges, wide on purpose. A run that has completed takes their place.
 */
import type { Machine } from './machine.js';
import type { Range } from './range.js';

/**
 * Training examples per second. Measured on two cores without a GPU, with TensorFlow and batches of 8192: 100 to 240 thousand
 * (`npm run bench -- train-vs-keras` and `whole-run`; small towers, catalogues of thousands).
 */
const TWO_CORES: Range = { low: 100_000, high: 240_000 };
/** Never measured: at worst as two cores, for tables are kept and gathered by the processor; at best ten times their best. */
const ANY_GPU: Range = { low: 100_000, high: 2_400_000 };
/**
 * Rows per second from files to encoded columns, on two cores: the floor is what `npm run bench -- data-prep` must keep
 * (2.45 million rows of eight columns in 30 s), the ceiling five times that.
 */
const PREPARED: Range = { low: 80_000, high: 400_000 };
/** Never measured: a machine, an image and a process start before the first stage does. */
export const START_SECONDS: Range = { low: 20, high: 300 };
/** Beyond eight cores nothing is promised. */
const MOST_CORES = 8;

/** More than two cores help at worst not at all, at best in proportion. */
function byCores({ low, high }: Range, cpu: number): Range {
  return { low: low * Math.min(1, cpu / 2), high: high * Math.max(0.5, Math.min(cpu, MOST_CORES) / 2) };
}

export function trainingPace({ cpu, accelerator }: Pick<Machine, 'cpu' | 'accelerator'>): Range {
  return accelerator ? ANY_GPU : byCores(TWO_CORES, cpu);
}

export function preparationPace({ cpu }: Pick<Machine, 'cpu'>): Range {
  return byCores(PREPARED, cpu);
}
