/** The completed runs of a model in the order of a metric. */
import { isBetter, leadingMetric, measuredModel, orderMetricSchema, type Run } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { queries } from '../../queries.js';
import { parseRun } from '../repository.js';

type Stored = Pick<ControlPlane, 'store'>;

/** What results of the model go by, by its newest completed run; null where there is none. */
export async function primaryMetricOf({ store }: Stored, modelId: string): Promise<string | null> {
  const [newest] = await store.query(queries.runsOfModel(modelId, { status: 'completed' }, { limit: 1 }));
  return newest ? (leadingMetric(measuredModel(parseRun(newest).spec), 'test') ?? null) : null;
}

/** As many runs are looked at where none of the indexes is of the metric. */
const LOOKED_AT = 500;

/** Completed runs that have the metric, the best first. */
export async function bestRuns(
  { store }: Stored,
  modelId: string,
  metric: string,
  limit: number,
): Promise<Run[]> {
  const ordered = orderMetricSchema.safeParse(metric);
  if (ordered.success)
    return (await store.query(queries.bestRunsOfModel(modelId, ordered.data, {}, { limit }))).map(parseRun);
  const newest = queries.runsOfModel(modelId, { status: 'completed' }, { limit: LOOKED_AT });
  const valueOf = ({ result }: Run) => result?.metrics[metric];
  return (await store.query(newest))
    .map(parseRun)
    .filter((run) => valueOf(run) !== undefined)
    .toSorted((a, b) => {
      const [one, other] = [valueOf(a) ?? 0, valueOf(b) ?? 0];
      return one === other ? 0 : isBetter(metric, one, other) ? -1 : 1;
    })
    .slice(0, limit);
}
