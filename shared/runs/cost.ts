import type { Cost, Run } from './run.js';

/** The month of an instant in UTC, as budgets count: `2026-11`. */
export function monthOf(instant: Date | string): string {
  return (typeof instant === 'string' ? instant : instant.toISOString()).slice(0, 7);
}

/**
 * The run with what its job has cost up to `now` added: the time since the launch, or since it was last counted, at the tier's
 * price, to each month its part. The very same run when it has no job or the job has no price. A clock that goes back adds nothing.
 */
export function withCostUntil(run: Run, now: Date): Run {
  const { job, cost } = run;
  if (!job || job.usdPerHour === null) return run;
  const from = cost && cost.countedUntil > job.launchedAt ? cost.countedUntil : job.launchedAt;
  const countedUntil = now.toISOString() > from ? now.toISOString() : from;
  const byMonth = { ...cost?.byMonth };
  let usd = cost?.usd ?? 0;
  for (const { month, seconds } of partsOf(from, countedUntil)) {
    const part = (seconds / 3600) * job.usdPerHour;
    byMonth[month] = (byMonth[month] ?? 0) + part;
    usd += part;
  }
  return { ...run, cost: { usd, countedUntil, byMonth } satisfies Cost };
}

/** What a run has cost up to `now`, its running job included; 0 where nothing has a price. */
export function usdUntil(run: Run, now: Date): number {
  return withCostUntil(run, now).cost?.usd ?? 0;
}

/** The months between two instants, each with its seconds. */
function partsOf(from: string, until: string): { month: string; seconds: number }[] {
  const parts: { month: string; seconds: number }[] = [];
  const end = Date.parse(until);
  for (let start = Date.parse(from); start < end;) {
    const at = new Date(start);
    const stop = Math.min(end, Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
    parts.push({ month: monthOf(at), seconds: (stop - start) / 1000 });
    start = stop;
  }
  return parts;
}
