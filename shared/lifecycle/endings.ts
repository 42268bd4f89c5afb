/** How runs end: cancelled, failed, past their deadline or their budget. */
import type { Run, RunError } from '../runs/run.js';
import { isTerminal, type RunStatus } from '../runs/status.js';
import { NOTHING, type Step } from './step.js';
import type { ControlPlaneErrorCode } from '../errors/controlPlaneErrors.js';

export function onCancelRequested(run: Run, now: Date): Step {
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
export function onBudgetExceeded(run: Run, error: RunError, now: Date): Step {
  if (isTerminal(run.status)) return NOTHING;
  const step = onCancelRequested(run, now);
  return step === NOTHING ? NOTHING : { ...step, changes: { ...step.changes, error } };
}

export function onDeadline(run: Run, now: Date): Step {
  if (now.toISOString() < run.deadlineAt) return NOTHING;
  if (run.status === 'cancelling') return cancelled(run, now);
  const error: RunError = {
    code: 'deadline-passed' satisfies ControlPlaneErrorCode,
    message: `the run did not end within its ${run.spec.compute.deadlineSeconds} s`,
    stage: run.currentStage,
    remedy: 'raise compute.deadlineSeconds, or train fewer epochs or on a faster tier',
  };
  return failed(run, error, now);
}

/** A final callback ends a cancelling run as cancelled, whatever it says. */
export function endedBy(run: Run, otherwise: () => Step, now: Date): Step {
  return run.status === 'cancelling' ? cancelled(run, now) : otherwise();
}

export function ended(status: RunStatus, now: Date): Partial<Run> {
  return { status, endedAt: now.toISOString(), lease: null, progress: null, resources: null };
}

export function cancelled(run: Run, now: Date): Step {
  return {
    changes: { ...ended('cancelled', now), cancelRequestedAt: run.cancelRequestedAt ?? now.toISOString() },
    publish: [{ type: 'run.cancelled', detail: {} }],
    // A trainer that has confirmed leaves by itself, unless something keeps it: a long query, a thread that does not end.
    stopJob: run.job,
  };
}

export function failed(run: Run, error: RunError, now: Date): Step {
  return {
    changes: { ...ended('failed', now), error },
    publish: [{ type: 'run.failed', detail: { error } }],
    stopJob: run.job,
  };
}
