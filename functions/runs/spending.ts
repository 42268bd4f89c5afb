/**
 * What runs have cost in a month: those that have ended by the record that was written with their end, those that are open by their
 * documents and the time that has passed since. Nothing is added up in a store, so nothing is counted twice or lost by a crash.
 */
import { paths, runSchema, spentSchema, withCostUntil, type Run } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { Write } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';
import { openRuns } from './repository.js';

export type SpendingPorts = Pick<ControlPlane, 'store' | 'config' | 'now' | 'log'>;

export interface Spending {
  usd: number;
  byModel: ReadonlyMap<string, number>;
  /** Runs that are not over. */
  open: readonly Run[];
}

/** What a run that ends just now has cost, for each of its months. */
export function spendingWrites({ runId, modelId, cost, endedAt, updatedAt }: Run): Write[] {
  return Object.entries(cost?.byMonth ?? {}).map(([month, usd]) => ({
    kind: 'set',
    path: paths.spent(month, runId),
    data: { runId, modelId, usd, endedAt: endedAt ?? updatedAt },
  }));
}

/** Until now, in a month of UTC (`2026-11`). */
export async function spendingIn(cp: SpendingPorts, month: string): Promise<Spending> {
  // In this order: a run that ends in between is found twice, and counted by its record.
  const open = await parsedOpenRuns(cp);
  const spent = (await cp.store.query(queries.spent(month))).map(({ data }) => spentSchema.parse(data));
  const byRun = new Map<string, { modelId: string; usd: number }>();
  for (const run of open) {
    const usd = withCostUntil(run, cp.now()).cost?.byMonth[month] ?? 0;
    byRun.set(run.runId, { modelId: run.modelId, usd });
  }
  for (const { runId, modelId, usd } of spent) byRun.set(runId, { modelId, usd });
  const byModel = new Map<string, number>();
  let total = 0;
  for (const { modelId, usd } of byRun.values()) {
    total += usd;
    byModel.set(modelId, (byModel.get(modelId) ?? 0) + usd);
  }
  return { usd: total, byModel, open };
}

async function parsedOpenRuns(cp: SpendingPorts): Promise<Run[]> {
  return (await openRuns(cp.store)).flatMap(({ path, data }) => {
    const run = runSchema.safeParse(data);
    if (run.success) return run.data;
    cp.log('ERROR', 'the cost of a run is not counted: its document cannot be read', {
      path,
      error: run.error,
    });
    return [];
  });
}
