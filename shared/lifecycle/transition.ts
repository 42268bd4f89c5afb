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
 * here is idempotent: an event that was applied, or that speaks for an older attempt or a terminal run, changes nothing.
 */
import type { CallbackBody, CallbackKind } from '../callbacks/bodies.js';
import { assertNever } from '../common.js';
import type { EventType } from '../events/event.js';
import { ownBudgetError } from '../runs/budget.js';
import { withCostUntil } from '../runs/cost.js';
import { checkGates } from '../runs/gates.js';
import { OUT_OF_MEMORY, type Epoch, type Run, type RunError } from '../runs/run.js';
import { isTerminal, type RunStatus } from '../runs/status.js';

type Job = NonNullable<Run['job']>;

export type RunCallback = {
  [K in CallbackKind]: { type: 'callback'; kind: K; body: CallbackBody<K> };
}[CallbackKind];

export type LifecycleEvent =
  | RunCallback
  /** A dispatcher takes the run to launch it; refused while another one's lease is valid. */
  | { type: 'claimed'; attempt: number; holder: string; expiresAt: string }
  | { type: 'launched'; attempt: number; job: Job }
  /** The tier has no capacity, or kept the job waiting too long; `tierCount` tells whether another one is left. */
  | { type: 'tierUnavailable'; attempt: number; tierIndex: number; tierCount: number; reason: string }
  /** The platform refused the job for good: no such image, no permission. */
  | { type: 'launchRejected'; attempt: number; error: RunError }
  /** The job is gone without a final callback, or silent for too long. */
  | { type: 'lost'; attempt: number; error: RunError }
  | { type: 'cancelRequested' }
  /** A budget is spent: as if cancelled, and the run says why. */
  | { type: 'budgetExceeded'; error: RunError }
  /** The job of a cancelling run has ended or was killed. */
  | { type: 'jobEnded'; attempt: number }
  | { type: 'deadlinePassed' };

export interface Transition {
  /** The run after the event; the very same object when nothing changed. */
  run: Run;
  /** What to tell the world, in order. */
  publish: { type: EventType; detail: Record<string, unknown> }[];
  /** A job that nobody wants any more: to be cancelled after the write. */
  stopJob: Job | null;
}

/** An event that no sequence of faults explains: a bug or a forgery, never a lost or repeated message. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
}

type Step = { changes: Partial<Run>; publish?: Transition['publish']; stopJob?: Job | null };
const NOTHING: Step = { changes: {} };
/** A run that is pending again wants a machine again. */
const REQUESTED: Transition['publish'] = [{ type: 'run.requested', detail: {} }];

export function transition(run: Run, event: LifecycleEvent, now: Date): Transition {
  const step = decide(run, event, now);
  const changed = Object.keys(step.changes).length > 0;
  // A job that only waited for a machine cost nothing.
  const counted = event.type === 'tierUnavailable' ? run : withCostUntil(run, now);
  const { changes, publish, stopJob } = changed ? withinBudget(counted, step, now) : step;
  return {
    run: changed ? { ...counted, ...changes, updatedAt: now.toISOString() } : run,
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
  if (attempt < run.attempt || isTerminal(run.status)) {
    return event.type === 'launched' && event.job.name !== run.job?.name
      ? { changes: {}, stopJob: event.job }
      : NOTHING;
  }
  switch (event.type) {
    case 'callback':
      return onCallback(run, event, now);
    case 'claimed':
      return onClaimed(run, event, now);
    case 'launched':
      return onLaunched(run, event.job);
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
      return run.status === 'cancelling' ? cancelled(run, now) : NOTHING;
    case 'deadlinePassed':
      return onDeadline(run, now);
    default:
      return assertNever(event);
  }
}

function onClaimed(run: Run, event: Extract<LifecycleEvent, { type: 'claimed' }>, now: Date): Step {
  if (run.retryAt !== null && run.retryAt > now.toISOString()) return NOTHING;
  const held =
    run.lease !== null && run.lease.expiresAt > now.toISOString() && run.lease.holder !== event.holder;
  if (run.status !== 'pending' || held) return NOTHING;
  return { changes: { lease: { holder: event.holder, expiresAt: event.expiresAt } } };
}

function onLaunched(run: Run, job: Job): Step {
  if (run.job !== null) return run.job.name === job.name ? NOTHING : { changes: {}, stopJob: job };
  const publish: Transition['publish'] = [
    { type: 'run.launched', detail: { tier: job.tier, job: job.name } },
  ];
  return {
    changes: { job, lease: null, ...(run.status === 'pending' && { status: 'provisioning' }) },
    publish,
  };
}

function onTierUnavailable(
  run: Run,
  event: Extract<LifecycleEvent, { type: 'tierUnavailable' }>,
  now: Date,
): Step {
  if (event.tierIndex !== run.tierIndex || run.status === 'running') return NOTHING;
  if (run.status === 'cancelling') return { ...cancelled(run, now), stopJob: run.job };
  if (event.tierIndex + 1 >= event.tierCount && run.phase === 'prepare') {
    // Told again, the loss of this tier must not be taken for one of those that come now: another attempt begins.
    const again: Partial<Run> = { phase: null, attempt: run.attempt + 1, seq: 0, job: null };
    return {
      changes: { ...again, status: 'pending', tierIndex: 0, lease: null },
      publish: REQUESTED,
      stopJob: run.job,
    };
  }
  if (event.tierIndex + 1 >= event.tierCount) {
    // No tier is large enough: that is why, and not a lack of machines.
    if (run.outgrown.length > 0 && run.error) return failed(run, run.error, now);
    const error: RunError = {
      code: 'no-capacity',
      message: `no compute tier could take the run; the last one said: ${event.reason}`,
      stage: null,
      remedy: 'start the run again later, or name more tiers in compute.tiers',
    };
    return failed(run, error, now);
  }
  const changes: Partial<Run> = { status: 'pending', tierIndex: event.tierIndex + 1, lease: null };
  if (run.job === null) return { changes, publish: REQUESTED };
  // The waiting job may yet start: a new attempt number keeps its callbacks apart.
  return {
    changes: { ...changes, attempt: run.attempt + 1, seq: 0, job: null },
    publish: REQUESTED,
    stopJob: run.job,
  };
}

function onCancelRequested(run: Run, now: Date): Step {
  switch (run.status) {
    case 'pending':
      return cancelled(run, now);
    case 'provisioning':
    case 'running':
      return {
        changes: { status: 'cancelling', cancelRequestedAt: now.toISOString() },
        publish: [{ type: 'run.cancel.requested', detail: {} }],
        stopJob: run.status === 'provisioning' ? run.job : null,
      };
    default:
      return NOTHING;
  }
}

/** Terminal and cancelling runs stay as they are. */
function onBudgetExceeded(run: Run, error: RunError, now: Date): Step {
  if (isTerminal(run.status)) return NOTHING;
  const step = onCancelRequested(run, now);
  return step === NOTHING ? NOTHING : { ...step, changes: { ...step.changes, error } };
}

function onDeadline(run: Run, now: Date): Step {
  if (now.toISOString() < run.deadlineAt) return NOTHING;
  if (run.status === 'cancelling') return { ...cancelled(run, now), stopJob: run.job };
  const error: RunError = {
    code: 'deadline-passed',
    message: `the run did not end within its ${run.spec.compute.deadlineSeconds} s`,
    stage: run.currentStage,
    remedy: 'raise compute.deadlineSeconds, or train fewer epochs or on a faster tier',
  };
  return failed(run, error, now);
}

function onCallback(run: Run, event: RunCallback, now: Date): Step {
  const heard = hearing(run, event, now);
  const isNews = event.body.seq > run.seq;
  const own = effectOf({ ...run, ...heard.changes }, event, now);
  return {
    changes: { ...heard.changes, ...(isNews && gpuUseAfter(run, event)), ...own.changes },
    publish: [...(heard.publish ?? []), ...(own.publish ?? [])],
    stopJob: own.stopJob ?? null,
  };
}

/** What any callback of the current attempt means: the trainer lives, and the run has started. */
function hearing(run: Run, event: RunCallback, now: Date): Step {
  const changes: Partial<Run> = {
    seq: Math.max(run.seq, event.body.seq),
    lastCallbackAt: now.toISOString(),
    ...(isProgress(run, event) && { lastProgressAt: now.toISOString() }),
  };
  if (run.status !== 'pending' && run.status !== 'provisioning') return { changes };
  return {
    changes: { ...changes, status: 'running', lease: null, startedAt: run.startedAt ?? now.toISOString() },
    publish: [{ type: 'run.started', detail: {} }],
  };
}

function peakOf({ peakMemory }: Run, resources: Run['resources']): Run['peakMemory'] {
  if (!resources) return peakMemory;
  const gpu = [peakMemory?.gpuMemoryMb, resources.gpuMemoryMb].filter(
    (mb) => mb !== null && mb !== undefined,
  );
  return {
    rssMb: Math.max(peakMemory?.rssMb ?? 0, resources.rssMb),
    gpuMemoryMb: gpu.length > 0 ? Math.max(...gpu) : null,
  };
}

/** The mean over all heartbeats of the training so far, each counted once. */
function gpuUseAfter({ gpuUse }: Run, event: RunCallback): Partial<Run> {
  if (event.kind !== 'heartbeat' || event.body.stage !== 'train') return {};
  const percent = event.body.resources?.gpuPercent ?? null;
  if (percent === null) return {};
  const { meanPercent, samples } = gpuUse ?? { meanPercent: 0, samples: 0 };
  const mean = meanPercent + (percent - meanPercent) / (samples + 1);
  return { gpuUse: { meanPercent: Math.min(100, Math.max(0, mean)), samples: samples + 1 } };
}

/** Whether the trainer got further: a heartbeat alone only shows that it lives. */
function isProgress(run: Run, event: RunCallback): boolean {
  if (event.kind === 'log' || event.body.seq <= run.seq) return false;
  if (event.kind !== 'heartbeat') return true;
  const { stage, progress } = event.body;
  const { fraction, step } = run.progress ?? {};
  return stage !== run.currentStage || progress.fraction !== fraction || progress.step !== step;
}

function effectOf(run: Run, event: RunCallback, now: Date): Step {
  // `hearing` has raised seq to at least this callback's; below it, a later one was applied already.
  const isNewest = event.body.seq >= run.seq;
  switch (event.kind) {
    case 'log':
      return NOTHING;
    case 'heartbeat': {
      if (!isNewest) return NOTHING;
      const { stage, progress, resources } = event.body;
      return { changes: { currentStage: stage, progress, resources, peakMemory: peakOf(run, resources) } };
    }
    case 'stage-complete': {
      const { stage, seconds, cacheHit } = event.body;
      return {
        changes: isNewest ? { currentStage: stage } : {},
        publish: [{ type: 'run.stage.completed', detail: { stage, seconds, cacheHit } }],
      };
    }
    case 'epoch-complete': {
      const { epoch, metrics } = event.body;
      return {
        changes: epoch >= run.currentEpoch ? { currentEpoch: epoch, latestMetrics: metrics } : {},
        publish: [{ type: 'run.epoch.completed', detail: { epoch, metrics } }],
      };
    }
    case 'checkpointed':
      return onCheckpointed(run, event.body, now);
    case 'failed':
      if (mayOutgrow(run, event.body.error)) return onOutgrown(run, event.body.error);
      return event.body.retriable
        ? onAttemptEnded(run, event.body.error, now, 'retry')
        : endedBy(run, () => failed(run, event.body.error, now), now);
    case 'completed': {
      const { result } = event.body;
      const gates = checkGates(run.spec.evaluation.gates, result);
      return endedBy(
        run,
        () => ({
          changes: {
            ...ended('completed', now),
            result,
            currentEpoch: result.epochsTrained,
            currentStage: 'register',
            latestMetrics: { ...run.latestMetrics, ...result.metrics },
            gates,
            error: null,
          },
          publish: [{ type: 'run.completed', detail: { metrics: result.metrics, gates } }],
        }),
        now,
      );
    }
    default:
      return assertNever(event);
  }
}

function onCheckpointed(run: Run, body: CallbackBody<'checkpointed'>, now: Date): Step {
  const { uri, epoch, final, reason, sentAt } = body;
  const isAhead = uri !== null && epoch >= (run.checkpoint?.epoch ?? 0);
  const checkpoint = isAhead ? { uri, epoch, at: sentAt } : run.checkpoint;
  const saved: Step = {
    changes: { checkpoint },
    publish: uri === null ? [] : [{ type: 'run.checkpointed', detail: { epoch, uri } }],
  };
  if (!final) return saved;
  if (reason === 'prepared' && run.phase === 'prepare' && run.status !== 'cancelling') return prepared(run);
  const error: RunError = {
    code: reason === 'timeLimit' ? 'time-limit' : 'preempted',
    message:
      reason === 'timeLimit' ? 'the platform limit of the attempt was near' : 'the trainer was told to stop',
    stage: run.currentStage,
    remedy: null,
  };
  const end = onAttemptEnded({ ...run, checkpoint }, error, now, reason === 'timeLimit' ? 'free' : 'retry');
  return {
    changes: { ...saved.changes, ...end.changes },
    publish: [...(saved.publish ?? []), ...(end.publish ?? [])],
    stopJob: end.stopJob ?? null,
  };
}

/** The data stages are done, as they were asked for: the rest is for another job. */
function prepared(run: Run): Step {
  return {
    changes: { ...nextAttempt(run), phase: 'train', tierIndex: 0, retryAt: null, error: null },
    publish: REQUESTED,
    stopJob: run.job,
  };
}

/** What is of an attempt, as it is before the next one is launched. */
function nextAttempt(run: Run): Partial<Run> {
  return {
    status: 'pending',
    attempt: run.attempt + 1,
    seq: 0,
    currentEpoch: run.checkpoint?.epoch ?? 0,
    progress: null,
    resources: null,
    job: null,
    lease: null,
  };
}

/** The attempt is over and the run is not: once more from the checkpoint, unless its retries are spent. */
function onAttemptEnded(run: Run, error: RunError, now: Date, cost: 'retry' | 'free'): Step {
  if (run.status === 'cancelling') return cancelled(run, now);
  if (run.status === 'pending') return NOTHING;
  if (mayOutgrow(run, error)) return onOutgrown(run, error);
  const spent = cost === 'retry' ? 1 : 0;
  if (run.retriesUsed + spent > run.spec.compute.maxRetries) {
    const message = `${error.message} (attempt ${run.attempt}; all ${run.spec.compute.maxRetries} retries are spent)`;
    return failed(run, { ...error, message }, now);
  }
  return {
    changes: {
      ...nextAttempt(run),
      retriesUsed: run.retriesUsed + spent,
      retryAt: spent === 0 ? null : new Date(now.getTime() + retryDelayMs(run.retriesUsed)).toISOString(),
      error,
    },
    publish: REQUESTED,
    stopJob: run.job,
  };
}

/** Whether a tier that comes after this one may have the memory that it lacked. */
function mayOutgrow({ status, phase, tierIndex, spec }: Run, { code }: RunError): boolean {
  const isOpen = status === 'provisioning' || status === 'running';
  // The data has one tier to be prepared on.
  if (!isOpen || phase === 'prepare' || code !== OUT_OF_MEMORY) return false;
  return tierIndex + 1 < (spec.compute.tiers?.length ?? 1);
}

/** Goes on at once, from the checkpoint, where there is more memory; as there are only so many tiers, no retry is spent. */
function onOutgrown(run: Run, error: RunError): Step {
  const tier = run.job?.tier ?? run.spec.compute.tiers?.[run.tierIndex];
  return {
    changes: {
      ...nextAttempt(run),
      error,
      retryAt: null,
      tierIndex: run.tierIndex + 1,
      outgrown: tier === undefined ? run.outgrown : [...run.outgrown, tier],
    },
    publish: REQUESTED,
    stopJob: run.job,
  };
}

/** 1 s, 4 s, 16 s, then a minute: what fails at its start does not spend all retries within a second. */
function retryDelayMs(retriesUsed: number): number {
  return Math.min(1000 * 4 ** retriesUsed, 60_000);
}

/** A final callback ends a cancelling run as cancelled, whatever it says. */
function endedBy(run: Run, otherwise: () => Step, now: Date): Step {
  return run.status === 'cancelling' ? cancelled(run, now) : otherwise();
}

function ended(status: RunStatus, now: Date): Partial<Run> {
  return { status, endedAt: now.toISOString(), lease: null, progress: null, resources: null };
}

function cancelled(run: Run, now: Date): Step {
  return {
    changes: { ...ended('cancelled', now), cancelRequestedAt: run.cancelRequestedAt ?? now.toISOString() },
    publish: [{ type: 'run.cancelled', detail: {} }],
  };
}

function failed(run: Run, error: RunError, now: Date): Step {
  return {
    changes: { ...ended('failed', now), error },
    publish: [{ type: 'run.failed', detail: { error } }],
    stopJob: run.job,
  };
}
