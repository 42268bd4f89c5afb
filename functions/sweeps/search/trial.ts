import type { Parameters, Space } from '@trainyard/shared';

/** What the search knows of a trial. */
export interface SearchTrial {
  /** Counted from 1; trials that were added by hand count. */
  number: number;
  parameters: Parameters;
  state: 'running' | 'completed' | 'failed' | 'pruned';
  /** The objective at the end: of a pruned trial what it had come to; null of one that failed or has not ended. */
  value: number | null;
  /** The objective after each epoch, in any order. */
  curve: { epoch: number; value: number }[];
}

export interface SearchSettings {
  strategy: {
    kind: 'grid' | 'random' | 'quasiRandom' | 'tpe';
    /** The trials that `tpe` draws before it looks at what they came to. */
    startupTrials: number;
    /** Whether `tpe` looks at parameters together. */
    multivariate: boolean;
  };
  pruner: {
    kind: 'none' | 'asha';
    /** The epochs after which `asha` first compares. */
    minEpochs: number;
    /** One of so many goes on. */
    reductionFactor: number;
  };
  objective: { direction: 'minimize' | 'maximize' };
  seed: number;
}

export type Direction = SearchSettings['objective']['direction'];

export { isBetterValue as isBetter } from '@trainyard/shared/sweeps/soFar';

/** A trial as it was before its end, when so many epochs of its curve were known. */
export function beforeItsEnd(trial: SearchTrial, epochs: number): SearchTrial {
  const curve = trial.curve.filter(({ epoch }) => epoch <= epochs);
  return { ...trial, state: 'running', value: null, curve };
}

/** The number of the trial that comes next. */
export function nextNumber(history: readonly SearchTrial[]): number {
  return history.reduce((most, { number }) => Math.max(most, number), 0) + 1;
}

/** What a strategy is asked. */
export interface Asked {
  history: readonly SearchTrial[];
  space: Space;
  settings: SearchSettings;
  /** The number of the trial that is asked for. */
  number: number;
  /** How often the strategy has named something for this trial that was tried already. */
  attempt: number;
}
