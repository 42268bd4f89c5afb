import {
  inDollars,
  uncountedWords,
  type Convergence,
  type ParameterImportance,
  type ParameterSlice,
  type SweepFindings,
  type SweepView,
  type TrialView,
} from '@trainyard/shared';
import { expandedKeys } from '@trainyard/shared/sweeps/expandedKeys';
import { valueAt } from '../../ports/documentStore/field.js';
import { importanceOf } from '../search/importance.js';
import { convergenceOf, slicesOf } from '../search/learned.js';
import type { SearchTrial } from '../search/trial.js';

/** `sweep.json`: all that was found, so that it can be loaded again. */
export interface SweepFile {
  sweepId: string;
  modelId: string;
  name: string;
  status: SweepView['status'];
  endReason: SweepView['endReason'];
  objectiveMetric: string;
  direction: 'minimize' | 'maximize';
  paramSpace: SweepView['space'];
  bestParams: TrialView['parameters'] | null;
  bestScore: number | null;
  bestTrial: number | null;
  /** What all trials may cost, null where there is no limit, and what they have cost, in US dollars. */
  budgetUsd: number | null;
  costUsd: number;
  /** Of its tiers those without a price: what runs there counts as 0, so that the budget does not limit it. */
  uncountedTiers: string[];
  results: {
    trial: number;
    runId: string | null;
    state: TrialView['state'];
    params: TrialView['parameters'];
    score: number | null;
    seconds: number | null;
    costUsd: number;
    /** Why it failed; null where it did not. */
    error: TrialView['error'];
  }[];
  paramImportance: ParameterImportance[];
  convergence: Convergence;
  slices: Record<string, ParameterSlice[]>;
  /** The runs that retrained the best trial. */
  finals: SweepView['finals'];
  /** The numbers of the trials that somebody added and that are not started yet. */
  waiting: SweepView['waiting'];
}

export function sweepFileOf(sweep: SweepView, trials: readonly TrialView[]): SweepFile {
  const { sweepId, modelId, name, status, endReason, objective, space, best } = sweep;
  const { importance, convergence, slices } = findingsOf(sweep, trials);
  return {
    sweepId,
    modelId,
    name,
    status,
    endReason,
    objectiveMetric: objective.metric,
    direction: objective.direction,
    paramSpace: space,
    bestParams: best?.parameters ?? null,
    bestScore: best?.value ?? null,
    bestTrial: best?.number ?? null,
    budgetUsd: sweep.budgetUsd,
    costUsd: sweep.costUsd,
    uncountedTiers: sweep.uncountedTiers,
    results: trials.map(({ number, runId, state, parameters, value, seconds, costUsd, error }) => ({
      trial: number,
      runId,
      state,
      params: parameters,
      score: value,
      seconds,
      costUsd,
      error,
    })),
    paramImportance: importance,
    convergence,
    slices,
    finals: sweep.finals,
    waiting: sweep.waiting,
  };
}

/** What the trials tell of the parameters. */
export function findingsOf(sweep: SweepView, trials: readonly TrialView[]): SweepFindings {
  const { space, seed, objective } = sweep;
  const history = trials.map((trial) => searchTrialOf(trial, sweep));
  return {
    importance: importanceOf(history, space, seed),
    doubt: doubtOf(sweep),
    convergence: convergenceOf(history, objective.direction),
    slices: slicesOf(history, space, objective.direction),
  };
}

/** For the search, a trial that was cancelled has failed: it has no value that could be learned from. */
function searchTrialOf(
  { number, parameters, state, value, curve }: TrialView,
  sweep: SweepView,
): SearchTrial {
  return {
    number,
    parameters: { ...untouched(sweep, parameters), ...parameters },
    state: state === 'cancelled' ? 'failed' : state,
    value,
    curve: [...curve],
  };
}

/** What a trial that somebody added has of the specification, of parameters that were searched and that it does not name. */
function untouched({ space, spec }: SweepView, parameters: TrialView['parameters']): TrialView['parameters'] {
  const left = Object.entries(space).flatMap(([key, { when }]) =>
    when !== undefined || Object.hasOwn(parameters, key)
      ? []
      : [[key, valueAt(spec, expandedKeys(key)[0] ?? key) ?? null] as const],
  );
  return Object.fromEntries(left) as TrialView['parameters'];
}

const ENOUGH_RESULTS = 10;

/** A forest splits whatever it is given, and of few trials it tells little: so it is said. Empty of enough. */
export function doubtOf({ trials: { completed, pruned } }: Pick<SweepView, 'trials'>): string {
  const results = completed + pruned;
  if (results >= ENOUGH_RESULTS) return '';
  return `of ${results} ${results === 1 ? 'result' : 'results'} alone: a guess`;
}

/** What the budget is worth, where some of the tiers have no price; empty where it holds, or there is none. */
export function budgetDoubt({
  budgetUsd,
  tiers,
  uncountedTiers: uncounted,
}: Pick<SweepView, 'budgetUsd' | 'tiers' | 'uncountedTiers'>): string {
  return budgetUsd === null
    ? ''
    : uncountedWords(`the budget of ${inDollars(budgetUsd)}`, { tiers, uncounted });
}
