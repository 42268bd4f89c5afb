import type { BestTrial, Trial } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';

/** The trial of that number, if it is completed and has a value; null where it may yet come to one, or failed. Throws where it never will. */
export function completedTrial(trials: readonly Trial[], wanted: number): BestTrial | null {
  const trial = trials.find(({ number }) => number === wanted);
  if (!trial) throw new DomainError('no-best-trial', `There is no trial ${wanted}: ${rangeText(trials)}.`);
  if (trial.state === 'pruned' || trial.state === 'cancelled')
    throw new DomainError(
      'no-best-trial',
      `Trial ${wanted} was ${trial.state}${trial.pruning ? ` after epoch ${trial.pruning.epoch}` : ''}, and only a completed trial is retrained: name another one, or none for the best.`,
    );
  if (trial.state !== 'completed' || trial.runId === null || trial.value === null) return null;
  const { number, runId, value, parameters } = trial;
  return { number, runId, value, parameters };
}

function rangeText(trials: readonly Trial[]): string {
  const last = Math.max(0, ...trials.map(({ number }) => number));
  if (last === 0) return 'none was started yet';
  return last === 1 ? 'only trial 1 was started' : `they have the numbers 1 to ${last}`;
}
