/**
 * Asynchronous successive halving (Li and others, 2020) by epochs: a trial that has come to a rung, `minEpochs` times a power of
 * the reduction factor, goes on only while it is among the best part of all trials that have come there. Nobody waits for
 * others: whoever comes first goes on, and is stopped once others have done better at the same rung.
 */
import type { SearchSettings, SearchTrial } from './trial.js';

export function shouldStopByAsha(
  trial: SearchTrial,
  history: readonly SearchTrial[],
  settings: SearchSettings,
): boolean {
  const { reductionFactor } = settings.pruner;
  const epoch = highestRung(trial, settings);
  if (epoch === undefined) return false;
  const own = bestUpTo(trial, epoch, settings);
  const others = history
    .filter((other) => other.number !== trial.number && (highestRung(other, settings) ?? 0) >= epoch)
    .map((other) => bestUpTo(other, epoch, settings));
  const going = Math.max(1, Math.floor((others.length + 1) / reductionFactor));
  return others.filter((other) => other > own).length >= going;
}

/** The epochs of the last rung that a trial has reached; undefined where it has reached none. */
function highestRung({ curve }: SearchTrial, { pruner }: SearchSettings): number | undefined {
  const last = curve.reduce((most, { epoch }) => Math.max(most, epoch), 0);
  if (last < pruner.minEpochs) return undefined;
  let rung = pruner.minEpochs;
  while (rung * pruner.reductionFactor <= last) rung *= pruner.reductionFactor;
  return rung;
}

/** The best that a trial had come to by an epoch, more being better; -Infinity where it had no number until then. */
function bestUpTo({ curve }: SearchTrial, epoch: number, { objective }: SearchSettings): number {
  const sign = objective.direction === 'minimize' ? -1 : 1;
  const values = curve.filter((point) => point.epoch <= epoch && !Number.isNaN(point.value));
  return values.reduce((most, { value }) => Math.max(most, sign * value), -Infinity);
}
