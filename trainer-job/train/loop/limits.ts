import type { Training as TrainingSpec } from '@trainyard/shared';
import type { TrainingState } from '../checkpoint/checkpointFile.js';

/** The limit of the specification that a training has reached, if any: it ends there, within an epoch too. */
export function limitReached(
  { maxSteps, maxSeconds }: Pick<TrainingSpec, 'maxSteps' | 'maxSeconds'>,
  { optimizer, seconds }: Pick<TrainingState, 'optimizer' | 'seconds'>,
): string | undefined {
  if (maxSteps !== undefined && optimizer.steps >= maxSteps) return `training.maxSteps, ${maxSteps}`;
  if (maxSeconds !== undefined && seconds >= maxSeconds) return `training.maxSeconds, ${maxSeconds}`;
  return undefined;
}
