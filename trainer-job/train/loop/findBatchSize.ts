import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { estimateMemory, refuseWhatDoesNotFit } from './memoryEstimate.js';
import { newOptimizer } from '../optimize/optimizer.js';
import { optimizerStep } from './optimizerStep.js';

interface Trial {
  batchSize: number;
  examplesPerSecond: number;
  /** Estimated, with what the process held before. */
  memoryBytes: number;
}

export interface FoundBatchSize {
  trials: Trial[];
  /** The smallest batch within a twentieth of the fastest. */
  best: Trial;
  /** Why no larger batch was tried. */
  reason: 'memory' | 'rows' | 'throughput';
}

/** The first that is tried, or the largest half of it that fits. */
const FIRST = 256;
const SMALLEST = 8;
/** Doubling that gains less, twice in a row, is not worth its memory. */
const WORTHWHILE = 1.05;

/**
 * Tries batch sizes, each twice the one before, on steps that are thrown away, until memory or rows run out or the speed
 * stops rising. How well a model learns with a batch is another question. Throws `TrainerError` when not even the smallest fits.
 */
export async function findBatchSize(
  data: EncodedDataset,
  spec: TrainingSpec,
  {
    memoryLimitBytes,
    used,
    secondsPerTrial,
    between = async () => {},
  }: {
    memoryLimitBytes: number;
    used: number;
    secondsPerTrial: number;
    /** Called after each step; what it throws ends the search. */
    between?: () => Promise<void>;
  },
): Promise<FoundBatchSize> {
  const trials: Trial[] = [];
  const known = data.splits.train.item.reduce((count, item) => count + (item === 0 ? 0 : 1), 0);
  let fastest = 0;
  let idle = 0;
  let reason: FoundBatchSize['reason'] = 'rows';
  const specOf = (batchSize: number): TrainingSpec => ({
    ...spec,
    training: { ...spec.training, batchSize, accumulateSteps: 1 },
  });
  const memoryOf = (batchSize: number) => used + estimateMemory(data, specOf(batchSize)).total;
  let first = FIRST;
  while (first > SMALLEST && memoryOf(first) > memoryLimitBytes) first /= 2;
  refuseWhatDoesNotFit(estimateMemory(data, specOf(first)), data, memoryLimitBytes, used);
  for (let batchSize = first; batchSize <= Math.max(first, known); batchSize *= 2) {
    const memoryBytes = memoryOf(batchSize);
    if (memoryBytes > memoryLimitBytes) {
      reason = 'memory';
      break;
    }
    const examplesPerSecond = await speedOf(data, specOf(batchSize), secondsPerTrial, between);
    trials.push({ batchSize, examplesPerSecond, memoryBytes });
    idle = examplesPerSecond > WORTHWHILE * fastest ? 0 : idle + 1;
    fastest = Math.max(fastest, examplesPerSecond);
    if (idle === 2) {
      reason = 'throughput';
      break;
    }
  }
  const best = trials.find(({ examplesPerSecond }) => WORTHWHILE * examplesPerSecond >= fastest);
  if (!best) throw new RangeError('no batch size was tried');
  return { trials, best, reason };
}

/** Examples a second over some seconds of steps, after one that warms up. */
async function speedOf(
  data: EncodedDataset,
  spec: TrainingSpec,
  seconds: number,
  between: () => Promise<void>,
): Promise<number> {
  const { batchSize, optimizer: chosen } = spec.training;
  const model = new TwoTowerModel(data, spec);
  const step = optimizerStep(model, newOptimizer(chosen, model.parameters), data.splits.train);
  const { item } = data.splits.train;
  let next = 0;
  const batch = () => {
    const rows = new Int32Array(batchSize);
    for (let i = 0; i < rows.length; next = (next + 1) % item.length) if (item[next] !== 0) rows[i++] = next;
    return rows;
  };
  await step(batch(), { epoch: 0, step: 0 }, chosen.learningRate);
  const begin = performance.now();
  let steps = 0;
  while (steps < 2 || performance.now() - begin < seconds * 1000) {
    await step(batch(), { epoch: 0, step: ++steps }, chosen.learningRate);
    await between();
  }
  return (steps * batchSize) / ((performance.now() - begin) / 1000);
}
