import type { SearchTrial } from './trial.js';

/** A trial that has come to something. */
export type Measured = SearchTrial & { value: number };

/** The trials that ended with a value, by their numbers; those that were pruned have the one that they had come to. */
export function measuredTrials(history: readonly SearchTrial[]): Measured[] {
  return history
    .filter((trial): trial is Measured => {
      const { state, value } = trial;
      return (state === 'completed' || state === 'pruned') && value !== null && Number.isFinite(value);
    })
    .toSorted((a, b) => a.number - b.number);
}
