import type { RunView } from '@trainyard/shared/http/bodies';
import type { Epoch } from '@trainyard/shared/runs/records';
import { isTerminal, STAGES } from '@trainyard/shared/runs/status';
import { secondsBetween } from './times.js';

type Way = Pick<RunView, 'status' | 'currentStage' | 'currentEpoch' | 'totalEpochs' | 'progress'>;

/** How much of a run is done, from 0 to 1: its stages count alike, whatever time they take. */
export function runProgress(run: Way): number {
  if (isTerminal(run.status)) return 1;
  if (run.currentStage === null) return 0;
  return (STAGES.indexOf(run.currentStage) + (run.progress?.fraction ?? 0)) / STAGES.length;
}

/** Where a run is: `train, epoch 3 of 20`, or nothing before its first stage and after its end. */
export function runPlace(run: Way): string {
  if (run.currentStage === null || isTerminal(run.status)) return '';
  if (run.currentStage !== 'train') return run.currentStage;
  // The epoch that is under way, which is the one after the newest finished.
  return `train, epoch ${Math.min(run.currentEpoch + 1, run.totalEpochs)} of ${run.totalEpochs}`;
}

/** So many of the newest epochs tell how long the next ones take. */
const NEWEST = 5;

/**
 * The seconds of training that are left if each epoch takes as long as the newest ones did on the average, and early stopping ends nothing;
 * undefined outside of training and before the first epoch. The epochs in their order.
 */
export function trainingSecondsLeft(
  run: Way,
  epochs: readonly Pick<Epoch, 'seconds' | 'at'>[],
  now: number,
): number | undefined {
  const newest = epochs.slice(-NEWEST);
  const last = newest.at(-1);
  if (!last || run.status !== 'running' || run.currentStage !== 'train') return undefined;
  const each = newest.reduce((sum, { seconds }) => sum + seconds, 0) / newest.length;
  const left = Math.max(0, run.totalEpochs - run.currentEpoch);
  // Of the epoch that is under way, what has passed since the last one, and never more than it takes.
  return Math.max(0, left * each - Math.min(each, Math.max(0, secondsBetween(last.at, null, now))));
}
