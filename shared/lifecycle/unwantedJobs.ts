/**
 * Jobs that nobody wants any more. One request to stop them may be lost, and a trainer may not heed it, so a run remembers them, past
 * its own end, until the platform says that they are gone.
 */
import type { Job, LifecycleEvent } from './lifecycleEvent.js';
import type { Run, Stopping } from '../runs/run.js';
import { isTerminal } from '../runs/status.js';

/** What a run has to have stopped after an event that made `after` of `before` and wants the jobs `unwanted` stopped. */
export function stoppingAfter(
  before: Run,
  event: LifecycleEvent,
  after: Run,
  unwanted: readonly Job[],
  now: Date,
): Run['stopping'] {
  if (event.type === 'unwantedJobEnded') return without(after.stopping, event.name);
  return jobsLeft(before, event, after, unwanted).reduce<Run['stopping']>(
    (stopping, job) => withJob(stopping, job, now),
    after.stopping,
  );
}

/** Those of the event, and that of a run which has ended, unless its end is what the event tells. */
function jobsLeft(before: Run, event: LifecycleEvent, after: Run, unwanted: readonly Job[]): readonly Job[] {
  const endsNow = isTerminal(after.status) && !isTerminal(before.status);
  if (event.type === 'jobEnded' || !endsNow || !after.job) return unwanted;
  return [...unwanted, after.job];
}

function withJob(stopping: Run['stopping'], job: Job, now: Date): Stopping {
  const since = now.toISOString();
  const jobs = stopping?.jobs ?? [];
  if (stopping && jobs.some((one) => one.job.name === job.name)) return stopping;
  return { since: stopping?.since ?? since, jobs: [...jobs, { job, since }] };
}

function without(stopping: Run['stopping'], name: string): Run['stopping'] {
  const jobs = stopping?.jobs.filter(({ job }) => job.name !== name) ?? [];
  const [first] = jobs;
  if (!stopping || jobs.length === stopping.jobs.length) return stopping;
  return first ? { since: first.since, jobs } : null;
}
