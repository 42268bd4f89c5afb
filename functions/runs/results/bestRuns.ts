/** The completed runs of a model in the order of a metric. */
import {
  leadingMetric,
  measuredModel,
  orderMetricSchema,
  type ModelDocument,
  type Run,
} from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { queries } from '../../queries.js';
import { parseRun } from '../repository.js';
import { findRuns } from '../summaries/findRuns.js';
import type { ReadPorts } from '../summaries/readSummaries.js';

type Stored = Pick<ControlPlane, 'store'>;

/** What results of the model go by, by its newest completed run; null where there is none. */
export async function primaryMetricOf({ store }: Stored, modelId: string): Promise<string | null> {
  const [newest] = await store.query(queries.runsOfModel(modelId, { status: 'completed' }, { limit: 1 }));
  return newest ? (leadingMetric(measuredModel(parseRun(newest).spec), 'test') ?? null) : null;
}

/** Completed runs that have the metric, the best first: of those that have no index of it, by their summaries. */
export async function bestRuns(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  metric: string,
  limit: number,
): Promise<{ runs: Run[]; unsearched: number }> {
  const ordered = orderMetricSchema.safeParse(metric);
  if (ordered.success) {
    const { modelId } = model;
    const found = await cp.store.query(queries.bestRunsOfModel(modelId, ordered.data, {}, { limit }));
    return { runs: found.map(parseRun), unsearched: 0 };
  }
  const asked = {
    orderBy: `metrics.${metric}`,
    filter: `metrics.${metric} != null and status = "completed"`,
  };
  return findRuns(cp, model, asked, { after: undefined, limit });
}
