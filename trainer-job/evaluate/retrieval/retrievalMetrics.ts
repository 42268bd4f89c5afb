import { METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';
import { meanOf, type PerUserMeans } from '../confidence/perUser.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { RowScores } from '../ranks/scoreSplit.js';
import { retrievalMeans } from './retrievalMeans.js';

/** What ranks [targets] of rows are worth, as metrics of their split; empty when no row counts. */
export function retrievalMetrics(
  rows: EvaluationRows,
  ranks: Int32Array,
  k: readonly number[],
  split: MetricSplit,
): Metrics {
  return valuesOf(retrievalMeans(rows, ranks, k, split));
}

/** The means themselves; those that nothing counts for are left out. */
export function valuesOf({ means }: PerUserMeans): Metrics {
  const metrics: Metrics = {};
  for (const [name, mean] of means) {
    const value = meanOf(mean);
    if (value !== undefined) metrics[name] = value;
  }
  return metrics;
}

/** The same and the loss, of what a model's scores are; empty when no row counts. */
export function metricsOfScores(
  rows: EvaluationRows,
  { loss, ranks }: RowScores,
  k: readonly number[],
  split: MetricSplit,
): Metrics {
  return { ...lossOf(rows, loss, split), ...retrievalMetrics(rows, ranks, k, split) };
}

/** The mean over the rows of a loss that is summed over them; none where no row counts. */
export function lossOf({ rowCount }: EvaluationRows, loss: number, split: MetricSplit): Metrics {
  return rowCount === 0 ? {} : { [metricName(METRICS.loss, split)]: loss / rowCount };
}

/** The recall of the rows of users that train does not have; empty when there are none. */
export function coldUsersMetrics(
  { rows, rowCount, catalogue = Infinity }: EvaluationRows,
  ranks: Int32Array,
  k: readonly number[],
): Metrics {
  if (rowCount === 0) return {};
  return Object.fromEntries(
    k.map((at) => {
      const last = Math.min(at, catalogue);
      const hits = rows.reduce((sum, count, t) => sum + (ranks[t]! < last ? count : 0), 0);
      return [metricName(METRICS.coldUsersRecall, 'test', at), hits / rowCount];
    }),
  );
}
