import type { Run } from './run.js';

/**
 * Whether a run is one of its model for itself. Quick tests, trials of sweeps and repetitions are made to learn something: nobody
 * retrains by their specification unasked.
 */
export function isWholeRun({ intent, sweep, repeat }: Pick<Run, 'intent' | 'sweep' | 'repeat'>): boolean {
  return intent !== 'quick-test' && sweep === null && repeat === null;
}
