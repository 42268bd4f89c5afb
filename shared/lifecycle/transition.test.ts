import { describe, expect, it } from 'vitest';
import { newRun } from '../../test/support/newRun.js';
import type { LifecycleEvent } from './lifecycleEvent.js';
import type { Run, RunResult } from '../runs/run.js';
import { runSchema } from '../runs/run.js';
import { isTerminal, type RunStatus } from '../runs/status.js';
import { runStatusSchema } from '../runs/statusSchemas.js';
import { commandFor, IllegalTransitionError, mergeEpoch, transition } from './transition.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const at = NOW.toISOString();
const job = { tier: 'gpu', name: 'job-1', launchedAt: at, usdPerHour: 1.8 };
const error = { code: 'trainer-lost', message: 'gone', stage: null, remedy: null };
const result: RunResult = {
  metrics: { val_loss: 1 },
  baselines: {},
  artifacts: {},
  epochsTrained: 4,
  bestEpoch: 3,
  earlyStoppedAtEpoch: null,
  backend: 'wasm',
  examplesPerSecond: 10,
};
const sender = { attempt: 1, seq: 1, sentAt: at };
const progress = { fraction: 0.5, step: null, totalSteps: null, examplesPerSecond: null };

const events = {
  claimed: { type: 'claimed', attempt: 1, holder: 'me', expiresAt: '2026-01-01T00:01:00.000Z' },
  launched: { type: 'launched', attempt: 1, job },
  noTierLeft: { type: 'tierUnavailable', attempt: 1, tierIndex: 0, tierCount: 1, reason: 'stock-out' },
  nextTier: { type: 'tierUnavailable', attempt: 1, tierIndex: 0, tierCount: 2, reason: 'stock-out' },
  rejected: { type: 'launchRejected', attempt: 1, error },
  lost: { type: 'lost', attempt: 1, error },
  cancel: { type: 'cancelRequested' },
  overBudget: { type: 'budgetExceeded', error: { ...error, code: 'budget-exceeded' } },
  jobEnded: { type: 'jobEnded', attempt: 1 },
  deadline: { type: 'deadlinePassed' },
  heartbeat: {
    type: 'callback',
    kind: 'heartbeat',
    body: { ...sender, stage: 'train', progress, resources: null },
  },
  preempted: {
    type: 'callback',
    kind: 'checkpointed',
    body: { ...sender, uri: 'file:///c', epoch: 2, final: true, reason: 'preempted' },
  },
  timeLimit: {
    type: 'callback',
    kind: 'checkpointed',
    body: { ...sender, uri: 'file:///c', epoch: 2, final: true, reason: 'timeLimit' },
  },
  prepared: {
    type: 'callback',
    kind: 'checkpointed',
    body: { ...sender, uri: null, epoch: 0, final: true, reason: 'prepared' },
  },
  failedForGood: { type: 'callback', kind: 'failed', body: { ...sender, error, retriable: false } },
  failedRetriable: { type: 'callback', kind: 'failed', body: { ...sender, error, retriable: true } },
  completed: { type: 'callback', kind: 'completed', body: { ...sender, result } },
} satisfies Record<string, LifecycleEvent>;
type Name = keyof typeof events;

const completions: LifecycleEvent[] = [
  {
    type: 'callback',
    kind: 'stage-complete',
    body: { ...sender, stage: 'train', seconds: 2, cacheHit: true, counts: {}, detail: '', warnings: [] },
  },
  {
    type: 'callback',
    kind: 'epoch-complete',
    body: { ...sender, epoch: 1, metrics: { loss: 2 }, seconds: 1, examples: 1, examplesPerSecond: 1 },
  },
];

/** A run in a status, with what comes along with it. */
function runIn(status: RunStatus, parts: Partial<Run> = {}): Run {
  const launched = status === 'provisioning' || status === 'running' || status === 'cancelling';
  return newRun(NOW, { status, ...(launched && { job }), ...parts });
}

const after = (run: Run, name: Name, now = NOW) => transition(run, events[name], now).run;

/** The whole table: what each event makes of each status. What is not named leaves it as it is. */
const TABLE: Record<RunStatus, Partial<Record<Name, RunStatus>>> = {
  pending: {
    launched: 'provisioning',
    noTierLeft: 'failed',
    rejected: 'failed',
    cancel: 'cancelled',
    overBudget: 'cancelled',
    heartbeat: 'running',
    preempted: 'pending',
    prepared: 'pending',
    timeLimit: 'pending',
    failedForGood: 'failed',
    failedRetriable: 'pending',
    completed: 'completed',
  },
  provisioning: {
    noTierLeft: 'failed',
    nextTier: 'pending',
    rejected: 'failed',
    lost: 'pending',
    cancel: 'cancelling',
    overBudget: 'cancelling',
    heartbeat: 'running',
    preempted: 'pending',
    prepared: 'pending',
    timeLimit: 'pending',
    failedForGood: 'failed',
    failedRetriable: 'pending',
    completed: 'completed',
  },
  running: {
    rejected: 'failed',
    lost: 'pending',
    cancel: 'cancelling',
    overBudget: 'cancelling',
    preempted: 'pending',
    prepared: 'pending',
    timeLimit: 'pending',
    failedForGood: 'failed',
    failedRetriable: 'pending',
    completed: 'completed',
  },
  cancelling: {
    noTierLeft: 'cancelled',
    nextTier: 'cancelled',
    rejected: 'cancelled',
    lost: 'cancelled',
    jobEnded: 'cancelled',
    preempted: 'cancelled',
    prepared: 'cancelled',
    timeLimit: 'cancelled',
    failedForGood: 'cancelled',
    failedRetriable: 'cancelled',
    completed: 'cancelled',
  },
  completed: {},
  failed: {},
  cancelled: {},
};

const cases = runStatusSchema.options.flatMap((status) =>
  (Object.keys(events) as Name[]).map((name) => ({ status, name, to: TABLE[status][name] ?? status })),
);

describe('transition', () => {
  it.each(cases)('$status, $name → $to', ({ status, name, to }) => {
    const run = after(runIn(status), name);
    expect(run.status).toBe(to);
    expect(runSchema.parse(run)).toEqual(run);
  });

  it('fails an open run once its deadline has passed, and not before', () => {
    const late = new Date('2026-01-03T00:00:00.000Z');
    expect(after(runIn('running'), 'deadline').status).toBe('running');
    expect(after(runIn('running'), 'deadline', late).status).toBe('failed');
    expect(after(runIn('pending'), 'deadline', late).status).toBe('failed');
    expect(after(runIn('cancelling'), 'deadline', late).status).toBe('cancelled');
  });

  it.each(['lost', 'failedRetriable', 'preempted'] as const)(
    '%s: begins the next attempt, and fails when retries are spent',
    (name) => {
      const retried = after(runIn('running'), name);
      expect(retried).toMatchObject({ status: 'pending', attempt: 2, retriesUsed: 1, job: null, seq: 0 });
      const spent = after(runIn('running', { retriesUsed: 3 }), name);
      expect(spent).toMatchObject({ status: 'failed', attempt: 1 });
      expect(spent.error?.message).toContain('all 3 retries are spent');
    },
  );

  it('waits longer before each retry, and is not claimed before', () => {
    const retried = after(runIn('running', { retriesUsed: 1 }), 'lost');
    expect(retried.retryAt).toBe('2026-01-01T00:00:04.000Z');
    const claim: LifecycleEvent = { ...events.claimed, attempt: 2 };
    expect(transition(retried, claim, new Date('2026-01-01T00:00:03.999Z')).run).toBe(retried);
    expect(transition(retried, claim, new Date('2026-01-01T00:00:04.000Z')).run.lease?.holder).toBe('me');
  });

  it('a hand-over at a time limit spends no retry', () => {
    const handedOver = after(runIn('running', { retriesUsed: 3 }), 'timeLimit');
    expect(handedOver).toMatchObject({
      status: 'pending',
      attempt: 2,
      retriesUsed: 3,
      checkpoint: { epoch: 2 },
    });
  });

  it('a job that was for the data alone hands over to one for the rest, which is free and no error', () => {
    const { run, publish, stopJob } = transition(
      runIn('running', { phase: 'prepare', retriesUsed: 3 }),
      events.prepared,
      NOW,
    );
    expect(run).toMatchObject({
      status: 'pending',
      attempt: 2,
      phase: 'train',
      tierIndex: 0,
      retriesUsed: 3,
      retryAt: null,
      error: null,
    });
    expect(publish.map(({ type }) => type)).toEqual(['run.requested']);
    expect(stopJob).toEqual(job);
    expect(transition(run, events.prepared, NOW).run).toBe(run);
  });

  it('a job for the data that is lost is launched for the data again', () => {
    expect(after(runIn('running', { phase: 'prepare' }), 'lost')).toMatchObject({
      status: 'pending',
      attempt: 2,
      phase: 'prepare',
      retriesUsed: 1,
    });
  });

  it('where there is no machine for the data alone, one job does all, on the tiers that train', () => {
    for (const status of ['pending', 'provisioning'] as const) {
      const run = after(runIn(status, { phase: 'prepare' }), 'noTierLeft');
      expect(run).toMatchObject({ status: 'pending', phase: null, tierIndex: 0, attempt: 2, job: null });
      // Told once more, it says nothing about the tiers that train.
      expect(after(run, 'noTierLeft')).toBe(run);
    }
  });

  it('a run that is pending again asks for a machine again', () => {
    const { publish } = transition(runIn('running'), events.lost, NOW);
    expect(publish.map(({ type }) => type)).toEqual(['run.requested']);
  });

  it('a tier that kept the job waiting gives way with a new attempt, and its job is stopped', () => {
    const { run, stopJob } = transition(runIn('provisioning'), events.nextTier, NOW);
    expect(run).toMatchObject({ tierIndex: 1, attempt: 2, job: null });
    expect(stopJob).toEqual(job);
    expect(after(runIn('pending'), 'nextTier')).toMatchObject({ tierIndex: 1, attempt: 1 });
  });

  it('a claim holds until it expires', () => {
    const claimed = after(runIn('pending'), 'claimed');
    const other: LifecycleEvent = {
      ...events.claimed,
      holder: 'other',
      expiresAt: '2026-01-01T00:09:00.000Z',
    };
    expect(transition(claimed, other, NOW).run.lease?.holder).toBe('me');
    expect(transition(claimed, other, new Date('2026-01-01T00:01:00.000Z')).run.lease?.holder).toBe('other');
  });

  it('a job that was launched for a run that no longer wants it is stopped', () => {
    expect(transition(runIn('cancelled'), events.launched, NOW).stopJob).toEqual(job);
    expect(transition(runIn('pending', { attempt: 2 }), events.launched, NOW).stopJob).toEqual(job);
    expect(transition(runIn('provisioning'), events.launched, NOW).stopJob).toBeNull();
  });

  it('a callback that overtakes the record of its launch starts the run, and the launch is recorded then', () => {
    const started = after(runIn('pending'), 'heartbeat');
    expect(after(started, 'launched')).toMatchObject({ status: 'running', job });
  });

  it('a callback that arrives late does not take progress back', () => {
    const heard = transition(
      runIn('running'),
      { ...events.heartbeat, body: { ...events.heartbeat.body, seq: 9 } },
      NOW,
    ).run;
    const body = { ...events.heartbeat.body, seq: 3, stage: 'ingest' as const };
    expect(transition(heard, { ...events.heartbeat, body }, NOW).run).toMatchObject({
      currentStage: 'train',
      seq: 9,
    });
  });

  it('a stage or an epoch that is told after the end is published as in time, and changes nothing', () => {
    for (const status of runStatusSchema.options.filter(isTerminal))
      for (const event of completions) {
        const inTime = transition(runIn('running'), event, NOW);
        expect(inTime.publish).toHaveLength(1);
        const run = runIn(status);
        expect(transition(run, event, NOW)).toEqual({ run, publish: inTime.publish, stopJob: null });
        expect(transition(runIn(status, { attempt: 2 }), event, NOW).publish).toEqual([]);
      }
  });

  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  /** Two hours of the job cost 3.60. */
  const within = (maxUsd: number, status: RunStatus = 'running'): Run => {
    const run = runIn(status);
    return { ...run, spec: { ...run.spec, compute: { ...run.spec.compute, maxUsd } } };
  };

  it('a run that has cost what it may is told to stop by the callback that shows it, and says why when it has', () => {
    expect(after(within(3.61), 'heartbeat', later(7200)).status).toBe('running');
    const { run, publish } = transition(within(3.6), events.heartbeat, later(7200));
    expect(run).toMatchObject({ status: 'cancelling', cancelRequestedAt: later(7200).toISOString() });
    expect(run.error).toMatchObject({
      code: 'budget-exceeded',
      message: 'the run has cost $3.60; compute.maxUsd allows $3.60',
    });
    expect(publish.map(({ type }) => type)).toEqual(['run.cancel.requested']);
    expect(commandFor(run, 1)).toBe('stop');
    expect(after(run, 'preempted', later(7210))).toMatchObject({
      status: 'cancelled',
      checkpoint: { epoch: 2 },
      error: { code: 'budget-exceeded' },
    });
  });

  it('a run that has cost what it may does not ask for another machine', () => {
    const { run, publish, stopJob } = transition(within(3.6), events.lost, later(7200));
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'budget-exceeded' } });
    expect(publish.map(({ type }) => type)).toEqual(['run.cancelled']);
    expect(stopJob).toEqual(job);
  });

  it('a run that completes with its last money is completed', () => {
    expect(after(within(3.6), 'completed', later(7200))).toMatchObject({ status: 'completed', error: null });
  });

  it('a job that only waited for a machine cost nothing', () => {
    expect(after(within(0.01, 'provisioning'), 'nextTier', later(7200))).toMatchObject({
      status: 'pending',
      tierIndex: 1,
      cost: null,
    });
  });

  it('refuses an attempt that was never launched', () => {
    expect(() => transition(runIn('running'), { ...events.lost, attempt: 2 }, NOW)).toThrow(
      IllegalTransitionError,
    );
  });

  it('tells the trainer to stop when its attempt is over, cancelled or ended', () => {
    expect(commandFor(runIn('running'), 1)).toBe('continue');
    expect(commandFor(runIn('running', { attempt: 2 }), 1)).toBe('stop');
    expect(commandFor(runIn('cancelling'), 1)).toBe('stop');
    for (const status of runStatusSchema.options.filter(isTerminal))
      expect(commandFor(runIn(status), 1)).toBe('stop');
  });
});

describe('mergeEpoch', () => {
  const epoch = {
    epoch: 1,
    attempt: 1,
    metrics: { loss: 2 },
    seconds: 1,
    examples: 1,
    examplesPerSecond: 1,
    at,
  };

  it('keeps the first row of an attempt, and prefers a newer attempt', () => {
    expect(mergeEpoch(undefined, epoch)).toBe(epoch);
    expect(mergeEpoch(epoch, { ...epoch, metrics: { loss: 9 } })).toBe(epoch);
    const newer = { ...epoch, attempt: 2 };
    expect(mergeEpoch(epoch, newer)).toBe(newer);
    expect(mergeEpoch(newer, epoch)).toBe(newer);
  });
});
