/** Whether the trials that are stored are those that were asked for. */
import { isTerminal, type Run, type Trial } from '@trainyard/shared';

export interface SweepCounts {
  /** Distinct trials that have ended. */
  trials: number;
  /** Numbers that nobody claimed, and trials that have not ended. */
  lost: number;
  /** Runs of a trial beside its own, and trials beyond those that were asked for. */
  doubled: number;
  failed: number;
  /** Trials that were stopped since they fell behind. */
  pruned: number;
  /** The most trials that ran at a time, by their claims and the ends of their runs. */
  mostParallel: number;
  /** What was wrong, in words. */
  findings: string[];
}

/** `wanted` is null where the sweep was to end earlier than with all of its trials. */
export function countTrials(
  trials: readonly Trial[],
  runs: readonly Run[],
  wanted: number | null,
): SweepCounts {
  const findings = lostOf(trials, wanted ?? trials.length);
  const lost = findings.length;
  findings.push(...doubledOf(trials, runs, wanted ?? trials.length));
  const count = (state: Trial['state']) => trials.filter((trial) => trial.state === state).length;
  return {
    trials: trials.length - count('running'),
    lost,
    doubled: findings.length - lost,
    failed: count('failed'),
    pruned: count('pruned'),
    mostParallel: mostAtATime(trials),
    findings: [...findings, ...unstoppedOf(trials, runs)],
  };
}

function lostOf(trials: readonly Trial[], wanted: number): string[] {
  const numbers = new Set(trials.map(({ number }) => number));
  const unclaimed = Array.from({ length: wanted }, (_, i) => i + 1).filter((number) => !numbers.has(number));
  return [
    ...unclaimed.map((number) => `lost: trial ${number} was never claimed`),
    ...trials
      .filter(({ state }) => state === 'running')
      .map(({ number }) => `lost: trial ${number} has not ended`),
  ];
}

function doubledOf(trials: readonly Trial[], runs: readonly Run[], wanted: number): string[] {
  const tooMany = trials.filter(({ number }) => number > wanted);
  const owners = new Map(trials.map(({ number, runId }) => [number, runId]));
  const strangers = runs.filter(({ sweep, runId }) => owners.get(sweep?.trial ?? 0) !== runId);
  return [
    ...tooMany.map(({ number }) => `doubled: trial ${number} is one too many`),
    ...strangers.map(({ runId, sweep }) => `doubled: run ${runId} of trial ${sweep?.trial ?? 'none'}`),
  ];
}

/** Runs that go on although their trial has ended, or was stopped. */
function unstoppedOf(trials: readonly Trial[], runs: readonly Run[]): string[] {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  return trials.flatMap(({ number, state, runId }) => {
    const run = runId === null ? undefined : byId.get(runId);
    if (!run || state === 'running') return [];
    if (!isTerminal(run.status)) return [`unstopped: trial ${number} is ${state}, and its run ${run.status}`];
    const isStopped = state !== 'pruned' || run.status === 'cancelled';
    return isStopped ? [] : [`unstopped: trial ${number} is pruned, and its run ${run.status}`];
  });
}

/** From the claim of each trial to the end of its run. */
function mostAtATime(trials: readonly Trial[]): number {
  const changes = trials.flatMap(({ createdAt, endedAt }) => [
    { at: createdAt, by: 1 },
    ...(endedAt === null ? [] : [{ at: endedAt, by: -1 }]),
  ]);
  // Of what happens in the same millisecond, ends come first: the next trial follows from one.
  changes.sort((a, b) => a.at.localeCompare(b.at) || a.by - b.by);
  let [open, most] = [0, 0];
  for (const { by } of changes) most = Math.max(most, (open += by));
  return most;
}

export interface BudgetCounts {
  spentUsd: number;
  /** What was spent beyond the budget. */
  overUsd: number;
  /** What the trials cost that ran when the last one was claimed, itself among them. */
  runningUsd: number;
  findings: string[];
}

/** Each trial says which ones before it had not ended when it was chosen: what the others had cost was spent by then. */
export function countBudget(trials: readonly Trial[], budgetUsd: number): BudgetCounts {
  const byNumber = trials.toSorted((a, b) => a.number - b.number);
  const sum = (of: readonly Trial[]) => of.reduce((usd, { costUsd }) => usd + costUsd, 0);
  const findings: string[] = [];
  let runningUsd = 0;
  for (const [before, trial] of byNumber.entries()) {
    const open = new Set(trial.decision?.open.map(({ number }) => number));
    const isOpen = ({ number }: Trial) => number === trial.number || open.has(number);
    const known = byNumber.slice(0, before + 1);
    const spent = sum(known.filter((other) => !isOpen(other)));
    if (spent >= budgetUsd)
      findings.push(`budget: trial ${trial.number} was claimed after $${spent.toFixed(4)} of $${budgetUsd}`);
    runningUsd = sum(known.filter(isOpen));
  }
  const spentUsd = sum(byNumber);
  const overUsd = Math.max(0, spentUsd - budgetUsd);
  if (overUsd > runningUsd)
    findings.push(`budget: $${overUsd.toFixed(4)} over, of $${runningUsd.toFixed(4)} running`);
  return { spentUsd, overUsd, runningUsd, findings };
}
