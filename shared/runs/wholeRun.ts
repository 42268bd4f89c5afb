import type { Run } from './run.js';

/**
 * Whether a run is one of its model for itself. Quick tests, trials of sweeps, repetitions and baselines that another run or a sweep is
 * held against are made to learn something: nobody retrains by their specification unasked.
 */
export function isWholeRun({
  intent,
  sweep,
  repeat,
  parentRunId,
}: Pick<Run, 'intent' | 'sweep' | 'repeat' | 'parentRunId'>): boolean {
  const isBeside = intent === 'baseline' && parentRunId !== null;
  return intent !== 'quick-test' && sweep === null && repeat === null && !isBeside;
}
