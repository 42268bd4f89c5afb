import { isLowerBetter, isOfRanks, metricValue, type EarlyStopping, type Metrics } from '@trainyard/shared';
import { z } from 'zod';

interface EpochMetrics {
  epoch: number;
  metrics: Metrics;
}

/** A metric, and how long to wait for a better one. */
type Monitored = Pick<EarlyStopping, 'monitor' | 'patience' | 'minDelta'>;

/** Which epoch is the best so far, and whether waiting for a better one has lasted too long. Plain data. */
export const bestSoFarSchema = z.strictObject({
  /** 1-based; 0 before the first epoch. */
  bestEpoch: z.int().min(0),
  /** The monitored metric of the best epoch. */
  bestValue: z.number().nullable(),
  epochsSinceBest: z.int().min(0),
});
export type BestSoFar = z.infer<typeof bestSoFarSchema>;

export const NONE_SO_FAR: BestSoFar = { bestEpoch: 0, bestValue: null, epochsSinceBest: 0 };

/**
 * Takes an epoch's metrics into account. Without early stopping, or where the metric is missing (no validation rows), every
 * epoch is better than the one before, so that the last is kept. An epoch `isByTies` whose value is that of equal scores: it is
 * never better than another, and kept only for want of one.
 */
export function afterEpoch(
  best: BestSoFar,
  epoch: number,
  metrics: Metrics,
  earlyStopping: Monitored | false,
  isByTies = false,
): BestSoFar {
  const value = earlyStopping ? metricValue(metrics, earlyStopping.monitor) : undefined;
  if (!earlyStopping || value === undefined) return { bestEpoch: epoch, bestValue: null, epochsSinceBest: 0 };
  if (isByTies && isOfRanks(earlyStopping.monitor)) return afterTies(best, epoch);
  const gain =
    best.bestValue === null
      ? Infinity
      : isLowerBetter(earlyStopping.monitor)
        ? best.bestValue - value
        : value - best.bestValue;
  return gain > earlyStopping.minDelta
    ? { bestEpoch: epoch, bestValue: value, epochsSinceBest: 0 }
    : { ...best, epochsSinceBest: best.epochsSinceBest + 1 };
}

function afterTies(best: BestSoFar, epoch: number): BestSoFar {
  const waited = { ...best, epochsSinceBest: best.epochsSinceBest + 1 };
  return best.bestValue === null ? { ...waited, bestEpoch: epoch } : waited;
}

/** Whether no epoch so far has a value that is not of equal scores. */
const isForWantOfAnother = (best: BestSoFar) => best.bestValue === null && best.epochsSinceBest > 0;

/**
 * What a training that goes on takes for the best so far. Where its specification says otherwise than before what makes an
 * epoch the best, waiting begins anew: with the last epoch, or with the next where the training stopped within one.
 */
export function bestOnResuming(
  { best, history, step }: { best: BestSoFar; history: readonly EpochMetrics[]; step: number },
  earlyStopping: Monitored | false,
): BestSoFar {
  const found = history.find(({ epoch }) => epoch === best.bestEpoch)?.metrics;
  const value = earlyStopping && found ? metricValue(found, earlyStopping.monitor) : undefined;
  if ((value ?? null) === best.bestValue || isForWantOfAnother(best)) return best;
  const last = step === 0 ? history.at(-1) : undefined;
  return last ? afterEpoch(NONE_SO_FAR, last.epoch, last.metrics, earlyStopping) : NONE_SO_FAR;
}

export function isOver(best: BestSoFar, earlyStopping: Monitored | false): boolean {
  return earlyStopping !== false && best.epochsSinceBest >= earlyStopping.patience;
}

/** Epochs that have the metric, the best of them first. */
export function bestFirst<T extends { metrics: Metrics }>(epochs: readonly T[], monitor: string): T[] {
  const sign = isLowerBetter(monitor) ? 1 : -1;
  const value = ({ metrics }: T) => sign * (metricValue(metrics, monitor) ?? Infinity);
  return epochs
    .filter(({ metrics }) => metricValue(metrics, monitor) !== undefined)
    .toSorted((a, b) => value(a) - value(b));
}
