/** How a pending run gets a machine: it is claimed, launched, or sent on to the next tier. */
import { cancelled, failed } from './endings.js';
import type { LifecycleEvent } from './lifecycleEvent.js';
import type { Run, RunError } from '../runs/run.js';
import { NOTHING, REQUESTED, type Step, type Transition } from './step.js';
import type { ControlPlaneErrorCode } from '../errors/controlPlaneErrors.js';

export function onClaimed(run: Run, event: Extract<LifecycleEvent, { type: 'claimed' }>, now: Date): Step {
  if (run.retryAt !== null && run.retryAt > now.toISOString()) return NOTHING;
  const held =
    run.lease !== null && run.lease.expiresAt > now.toISOString() && run.lease.holder !== event.holder;
  if (run.status !== 'pending' || held) return NOTHING;
  return { changes: { lease: { holder: event.holder, expiresAt: event.expiresAt } } };
}

export function onLaunched(run: Run, { job, ranOn }: Extract<LifecycleEvent, { type: 'launched' }>): Step {
  if (run.job !== null) return run.job.name === job.name ? NOTHING : { changes: {}, stopJob: job };
  const publish: Transition['publish'] = [
    { type: 'run.launched', detail: { tier: job.tier, job: job.name } },
  ];
  return {
    changes: { job, ...ranOn, lease: null, ...(run.status === 'pending' && { status: 'provisioning' }) },
    publish,
  };
}

export function onTierUnavailable(
  run: Run,
  event: Extract<LifecycleEvent, { type: 'tierUnavailable' }>,
  now: Date,
): Step {
  if (event.tierIndex !== run.tierIndex || run.status === 'running') return NOTHING;
  if (run.status === 'cancelling') return cancelled(run, now);
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
      code: 'no-capacity' satisfies ControlPlaneErrorCode,
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
