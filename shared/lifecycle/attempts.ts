/** How one attempt of a run gives way to the next. */
import { later } from '../later.js';
import { cancelled, failed } from './endings.js';
import { OUT_OF_MEMORY, type Run, type RunError } from '../runs/run.js';
import { NOTHING, REQUESTED, type Step } from './step.js';

/** The attempt is over and the run is not: once more from the checkpoint, unless its retries are spent. */
export function onAttemptEnded(run: Run, error: RunError, now: Date, cost: 'retry' | 'free'): Step {
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
      retryAt: spent === 0 ? null : later(now, retryDelayMs(run.retriesUsed)),
      error,
    },
    publish: REQUESTED,
    stopJob: run.job,
  };
}

/** The data stages are done, as they were asked for: the rest is for another job. */
export function prepared(run: Run): Step {
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

/** Whether a tier that comes after this one may have the memory that it lacked. */
export function mayOutgrow({ status, phase, tierIndex, spec }: Run, { code }: RunError): boolean {
  const isOpen = status === 'provisioning' || status === 'running';
  // The data has one tier to be prepared on.
  if (!isOpen || phase === 'prepare' || code !== OUT_OF_MEMORY) return false;
  return tierIndex + 1 < (spec.compute.tiers?.length ?? 1);
}

/** Goes on at once, from the checkpoint, where there is more memory; as there are only so many tiers, no retry is spent. */
export function onOutgrown(run: Run, error: RunError): Step {
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
