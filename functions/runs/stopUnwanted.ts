/**
 * Jobs that nobody wants any more are asked to end until the platform says that they have: a request may be lost, and a trainer
 * that has said its last word may be kept from leaving. On one machine a request is SIGTERM, then SIGKILL; Cloud Run and Vertex AI
 * do the same with a container whose execution or job is cancelled.
 */
import { type Run, type Stopping } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { recordLifecycle, type LifecyclePorts } from './lifecycle.js';
import { readRun } from './repository.js';
import { secondsSince } from './secondsSince.js';
import { launcherOf } from './tiers.js';

type Unwanted = Stopping['jobs'][number];

/** A trainer that has completed has little left to do; after so long something keeps it. */
const LEAVE_SECONDS = 30;
/** The longest that a platform lets any job run: Cloud Run and Vertex AI end it after seven days. */
const LONGEST_JOB_SECONDS = 8 * 86_400;

/** Looks at each unwanted job of a run. Throws the first fault, once all were looked at. */
export async function stopUnwantedJobs(cp: LifecyclePorts, runId: string): Promise<void> {
  const run = await readRun(cp.store, runId);
  if (!run?.stopping) return;
  const looks = await Promise.allSettled(run.stopping.jobs.map((unwanted) => stop(cp, run, unwanted)));
  for (const look of looks) if (look.status === 'rejected') throw look.reason;
}

async function stop(cp: LifecyclePorts, run: Run, unwanted: Unwanted): Promise<void> {
  const { job } = unwanted;
  if (await isGone(cp, run, unwanted)) {
    await recordLifecycle(cp, run.runId, () => ({ type: 'unwantedJobEnded', name: job.name }));
  } else if (!mayStillLeave(cp, run, unwanted)) {
    await launcherOf(cp, job.tier).cancel(job.name);
  }
}

async function isGone(
  cp: Pick<ControlPlane, 'launchers' | 'config' | 'log' | 'now'>,
  { runId }: Run,
  { job, since }: Unwanted,
): Promise<boolean> {
  if (secondsSince(cp, since) > LONGEST_JOB_SECONDS) {
    cp.log('WARNING', 'a job is taken for ended: no platform lets one run for so long', {
      runId,
      job: job.name,
      since,
    });
    return true;
  }
  const { state } = await launcherOf(cp, job.tier).inspect(job.name);
  return state === 'ended' || state === 'unknown';
}

/** Cancelled, it would count as stopped where the platform shows it, though it did all that it was to do. */
function mayStillLeave(cp: Pick<ControlPlane, 'now'>, { status }: Run, { since }: Unwanted): boolean {
  return status === 'completed' && secondsSince(cp, since) < LEAVE_SECONDS;
}
