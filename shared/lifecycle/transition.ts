/**
 * The run state machine: the only writer of a run's `status`.
 *
 * | from | event | to |
 * |---|---|---|
 * | pending | launched | provisioning |
 * | pending, provisioning | no tier left, spec rejected | failed |
 * | pending, provisioning | no machine for the data stages alone | pending, attempt + 1: one job does all |
 * | running | data stages prepared | pending, attempt + 1, for the tiers that train |
 * | pending, provisioning | first callback | running |
 * | provisioning, running | out of memory, a tier left | pending on the next tier, attempt + 1 |
 * | provisioning, running | lost, preempted, retriable failure (retries left), hand-over at a time limit | pending, attempt + 1 |
 * | running | completed callback | completed |
 * | running | failed callback, retries spent | failed |
 * | any but terminal | deadline passed | failed (cancelling: cancelled) |
 * | pending | cancel, budget spent | cancelled |
 * | provisioning, running | cancel, budget spent | cancelling |
 * | cancelling | trainer stopped, failed, completed or lost; job killed | cancelled |
 *
 * A callback may overtake the launcher's own record of the launch, so a pending run starts on a callback too. Everything
 * here is idempotent: an event that was applied, or that speaks for an older attempt or a terminal run, changes nothing but
 * `stopping`. A stage or epoch of the last attempt that is told after the end is published all the same: it was done, and only its
 * callback was late. Which jobs are to be gone is remembered in `stopping`, beside the status and past the end (`unwantedJobs.ts`).
 */
import { assertNever } from '../common.js';
import { onAttemptEnded } from './attempts.js';
import { ownBudgetError } from '../runs/budget.js';
import { completionsIn, onCallback } from './callbackStep.js';
import { withCostUntil } from '../runs/cost.js';
import { cancelled, failed, onBudgetExceeded, onCancelRequested, onDeadline } from './endings.js';
import { onClaimed, onLaunched, onTierUnavailable } from './launching.js';
import type { LifecycleEvent } from './lifecycleEvent.js';
import type { Epoch, Run } from '../runs/run.js';
import { isTerminal } from '../runs/status.js';
import { NOTHING, type Step, type Transition } from './step.js';
import { stoppingAfter } from './unwantedJobs.js';

/** An event that no sequence of faults explains: a bug or a forgery, never a lost or repeated message. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
}

export function transition(run: Run, event: LifecycleEvent, now: Date): Transition {
  const own = decide(run, event, now);
  const isChanged = Object.keys(own.changes).length > 0;
  // A job that only waited for a machine cost nothing; what a run has cost that is over stands in the books.
  const counted = event.type === 'tierUnavailable' || isTerminal(run.status) ? run : withCostUntil(run, now);
  const step = isChanged ? withinBudget(counted, own, now) : own;
  const { changes, publish, stopJob } = step;
  const after = isChanged ? { ...counted, ...changes } : run;
  const stopping = stoppingAfter(run, event, after, stopJob ? [stopJob] : [], now);
  return {
    run: isChanged || stopping !== run.stopping ? { ...after, stopping, updatedAt: now.toISOString() } : run,
    publish: publish ?? [],
    stopJob: stopJob ?? null,
  };
}

/** The step, and the end of a run that goes on although it has cost what it may. */
function withinBudget(counted: Run, step: Step, now: Date): Step {
  const after = { ...counted, ...step.changes };
  // What the job that has just ended cost is in the sum; a job that is gone costs nothing more.
  const error = ownBudgetError({ ...after, job: null }, now);
  const stop = error ? onBudgetExceeded(after, error, now) : NOTHING;
  return {
    changes: { ...step.changes, ...stop.changes },
    // A run that has ended wants no machine.
    publish: [
      ...(step.publish ?? []).filter(({ type }) => !stop.publish || type !== 'run.requested'),
      ...(stop.publish ?? []),
    ],
    stopJob: stop.stopJob ?? step.stopJob ?? null,
  };
}

/** What the trainer is told in answer to a callback of `attempt`, given the run after it. */
export function commandFor(run: Run, attempt: number): 'continue' | 'stop' {
  return attempt < run.attempt || run.status === 'cancelling' || isTerminal(run.status) ? 'stop' : 'continue';
}

/** The row to keep for an epoch: the newest attempt's, the first one told by that attempt. */
export function mergeEpoch(stored: Epoch | undefined, incoming: Epoch): Epoch {
  return stored && stored.attempt >= incoming.attempt ? stored : incoming;
}

function decide(run: Run, event: LifecycleEvent, now: Date): Step {
  const attempt =
    event.type === 'callback' ? event.body.attempt : 'attempt' in event ? event.attempt : run.attempt;
  if (attempt > run.attempt) {
    throw new IllegalTransitionError(
      `run ${run.runId} is at attempt ${run.attempt}; there is no attempt ${attempt}`,
    );
  }
  if (event.type === 'unwantedJobEnded') return NOTHING;
  if (attempt < run.attempt || isTerminal(run.status)) {
    // Asked once more for the end of what is over, the platform is asked once more too.
    if (event.type === 'cancelRequested') return { changes: {}, stopJob: run.stopping?.jobs[0]?.job ?? null };
    if (event.type === 'launched' && event.job.name !== run.job?.name)
      return { changes: {}, stopJob: event.job };
    return event.type === 'callback' && attempt === run.attempt
      ? { changes: {}, publish: completionsIn(event) }
      : NOTHING;
  }
  switch (event.type) {
    case 'callback':
      return onCallback(run, event, now);
    case 'claimed':
      return onClaimed(run, event, now);
    case 'launched':
      return onLaunched(run, event);
    case 'tierUnavailable':
      return onTierUnavailable(run, event, now);
    case 'launchRejected':
      return run.status === 'cancelling' ? cancelled(run, now) : failed(run, event.error, now);
    case 'lost':
      return onAttemptEnded(run, event.error, now, 'retry');
    case 'cancelRequested':
      return onCancelRequested(run, now);
    case 'budgetExceeded':
      return onBudgetExceeded(run, event.error, now);
    case 'jobEnded':
      return run.status === 'cancelling' ? { ...cancelled(run, now), stopJob: null } : NOTHING;
    case 'deadlinePassed':
      return onDeadline(run, now);
    default:
      return assertNever(event);
  }
}
