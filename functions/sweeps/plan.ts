/** What a sweep does next, decided from data alone. */
import {
  BUDGET_EXCEEDED,
  digestOf,
  type Decision,
  type Parameters,
  type QueuedTrial,
  type Sweep,
  type SweepEndReason,
  type Trial,
} from '@trainyard/shared';
import { costOf } from '@trainyard/shared/sweeps/soFar';
import { searchHistory, suggestParameters } from './searching.js';

export type NextStep =
  /** The number is the smallest that nobody has claimed. */
  | {
      kind: 'claim';
      number: number;
      parameters: Parameters;
      decision: Decision | null;
      queued: QueuedTrial | undefined;
    }
  /** No trial is open, and none will be started in this round. */
  | { kind: 'end'; reason: SweepEndReason }
  /** Something else has to happen first: a trial ends, or somebody resumes the sweep. */
  | { kind: 'wait' };

const WAIT = { kind: 'wait' } as const;

/** The trials are all there are, by their numbers; `queue` is what somebody wants tried, the first of it at least. */
export function nextStep(
  sweep: Sweep,
  trials: readonly Trial[],
  queue: readonly QueuedTrial[],
  now: Date,
): NextStep {
  const open = trials.filter(isOpen);
  const reason = stopReason(sweep, trials, now);
  if (reason) return open.length > 0 ? WAIT : { kind: 'end', reason };
  if (sweep.pausedAt !== null || open.length >= sweep.maxParallel) return WAIT;
  const number = trials.length + 1;
  // Those of greater numbers come after trials that were claimed since: this one is claimed by nobody then, and read again.
  const queued = queue.find((each) => each.number === number);
  if (queued) return { kind: 'claim', number, parameters: queued.parameters, decision: null, queued };
  const parameters = suggestParameters(sweep, trials);
  if (!parameters) return open.length > 0 ? WAIT : { kind: 'end', reason: 'exhausted' };
  return { kind: 'claim', number, parameters, decision: decisionFrom(sweep, trials), queued: undefined };
}

export function isOpen({ state }: Pick<Trial, 'state'>): boolean {
  return state === 'running';
}

/** Why no trial is started any more in this round; undefined while one may be. */
export function stopReason(sweep: Sweep, trials: readonly Trial[], now: Date): SweepEndReason | undefined {
  if (sweep.cancelRequestedAt !== null) return 'cancelled';
  if (trials.length >= sweep.maxTrials) return 'maxTrials';
  // While it is paused its time stands still.
  if ((sweep.pausedAt ?? now.toISOString()) >= sweep.deadlineAt) return 'timeout';
  if (isOverBudget(sweep, trials) || wasRefusedForBudget(sweep, trials)) return 'budget';
  return isHopeless(sweep, trials) ? 'failures' : undefined;
}

/** Whether one more trial, and those that run, would exceed the budget. */
function isOverBudget(sweep: Sweep, trials: readonly Trial[]): boolean {
  const { budgetUsd } = sweep;
  if (budgetUsd === null) return false;
  const spent = costOf(trials);
  if (spent >= budgetUsd) return true;
  const open = trials.filter(isOpen).length;
  const each = expectedUsd(sweep, trials);
  // What nobody knows, the first trial tells; an estimate that is too high does not keep it from telling either.
  if (open === 0 && !trials.some(hasSucceeded)) return false;
  return each === null || spent + each * (open + 1) > budgetUsd;
}

/** What a trial costs: as those that have ended on the average, or as was estimated while none has succeeded. null: nobody knows. */
function expectedUsd({ expectedTrialUsd }: Sweep, trials: readonly Trial[]): number | null {
  const ended = trials.filter(({ runId, ...trial }) => runId !== null && !isOpen(trial));
  const mean = ended.length === 0 ? 0 : costOf(ended) / ended.length;
  if (trials.some(hasSucceeded)) return mean;
  return expectedTrialUsd === null ? null : Math.max(expectedTrialUsd, mean);
}

function hasSucceeded({ state }: Trial): boolean {
  return state === 'completed' || state === 'pruned';
}

/** A budget of the month that is spent lets no other trial start either. */
function wasRefusedForBudget({ round }: Sweep, trials: readonly Trial[]): boolean {
  const last = trials.findLast((trial) => !isOpen(trial));
  return last?.round === round && last.runId === null && last.error?.code === BUDGET_EXCEEDED;
}

/** Whether the parameters are not what fails. */
function isHopeless({ maxFailures, round }: Sweep, trials: readonly Trial[]): boolean {
  if (trials.some(hasSucceeded)) return false;
  return trials.filter((trial) => trial.round === round && trial.state === 'failed').length >= maxFailures;
}

/** What was known when parameters were chosen. Of trials that run nobody's choice depends on more than their parameters. */
function decisionFrom({ strategy }: Sweep, trials: readonly Trial[]): Decision {
  return { strategy: strategy.kind, ...knownOf(trials, () => 0) };
}

/** Which trials are open, how much of each is known, and the digest of everything. */
export function knownOf(trials: readonly Trial[], epochsOf: (trial: Trial) => number) {
  const open = trials.filter(isOpen).map((trial) => ({ number: trial.number, epochs: epochsOf(trial) }));
  const known = new Map(open.map(({ number, epochs }) => [number, epochs]));
  return { open, digest: digestOf(searchHistory(trials, known)) };
}
