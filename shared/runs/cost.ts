import type { Run } from './run.js';

/**
 * The run with what its job has cost up to `now` added: the time since the launch, or since it was last counted, at the tier's
 * price. The very same run when it has no job or the job has no price. A clock that goes back adds nothing.
 */
export function withCostUntil(run: Run, now: Date): Run {
  const { job, cost } = run;
  if (!job || job.usdPerHour === null) return run;
  const counted = cost && cost.countedUntil > job.launchedAt ? cost.countedUntil : job.launchedAt;
  const seconds = Math.max(0, (now.getTime() - Date.parse(counted)) / 1000);
  const countedUntil = seconds > 0 ? now.toISOString() : counted;
  return { ...run, cost: { usd: (cost?.usd ?? 0) + (seconds / 3600) * job.usdPerHour, countedUntil } };
}
