import { assertNever, type Metrics, type Training } from '@trainyard/shared';
import { z } from 'zod';
import { afterEpoch, bestSoFarSchema, isOver, NONE_SO_FAR } from './earlyStopping.js';

/** What a `plateau` schedule remembers. */
export const plateauSchema = z.strictObject({ reductions: z.int().min(0), best: bestSoFarSchema });
export type Plateau = z.infer<typeof plateauSchema>;
export const NO_PLATEAU: Plateau = { reductions: 0, best: NONE_SO_FAR };

type Rates = Pick<
  Training,
  | 'optimizer'
  | 'lrScaling'
  | 'baseBatchSize'
  | 'batchSize'
  | 'accumulateSteps'
  | 'warmupSteps'
  | 'schedule'
  | 'epochs'
>;

/** The optimizer's rate for steps of this many rows. */
function scaledRate(training: Rates): number {
  const { optimizer, lrScaling, baseBatchSize, batchSize, accumulateSteps } = training;
  const times = (batchSize * accumulateSteps) / baseBatchSize;
  const factor = { none: 1, sqrt: Math.sqrt(times), linear: times }[lrScaling];
  return optimizer.learningRate * factor;
}

/**
 * The learning rate of the step after `steps` finished ones: a function of the step and of how often a plateau was met, so
 * that a training which goes on from a checkpoint goes on with the same rates.
 */
export function learningRateAt(
  training: Rates,
  stepsPerEpoch: number,
  steps: number,
  plateau: Plateau = NO_PLATEAU,
): number {
  const warm = Math.min(1, (steps + 1) / Math.max(1, training.warmupSteps));
  return warm * scheduledRate(training, steps / stepsPerEpoch, plateau.reductions);
}

function scheduledRate(training: Rates, epochs: number, reductions: number): number {
  const rate = scaledRate(training);
  const { schedule } = training;
  switch (schedule.type) {
    case 'constant':
      return rate;
    case 'cosine': {
      // Loshchilov and Hutter, "SGDR", ICLR 2017, equation 5, without restarts.
      const done = Math.min(1, epochs / (schedule.epochs ?? training.epochs));
      return schedule.minRate + ((rate - schedule.minRate) * (1 + Math.cos(Math.PI * done))) / 2;
    }
    case 'step':
      return rate * schedule.factor ** Math.floor(epochs / schedule.everyEpochs);
    case 'exponential':
      return rate * schedule.factor ** epochs;
    case 'plateau':
      return Math.max(Math.min(rate, schedule.minRate), rate * schedule.factor ** reductions);
    default:
      return assertNever(schedule);
  }
}

/** Takes an epoch's metrics into account; `isByTies` as of early stopping. */
export function afterPlateauEpoch(
  plateau: Plateau,
  epoch: number,
  metrics: Metrics,
  schedule: Training['schedule'],
  isByTies = false,
): Plateau {
  if (schedule.type !== 'plateau') return plateau;
  const best = afterEpoch(plateau.best, epoch, metrics, schedule, isByTies);
  if (!isOver(best, schedule)) return { ...plateau, best };
  return { reductions: plateau.reductions + 1, best: { ...best, epochsSinceBest: 0 } };
}
