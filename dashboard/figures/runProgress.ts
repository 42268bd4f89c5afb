import type { RunView } from '@trainyard/shared/http/bodies';
import { isTerminal, STAGES } from '@trainyard/shared/runs/status';

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
