import { METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { RecallCounter, type RecallFamily } from '../ranks/recall.js';
import type { RowScores } from '../ranks/scoreSplit.js';

/** What ranks [targets] of rows are worth at each K, as metrics of their split; empty when no row counts. */
export function retrievalMetrics(
  { rows }: EvaluationRows,
  ranks: Int32Array,
  k: readonly number[],
  split: MetricSplit,
  family?: RecallFamily,
): Metrics {
  const recall = new RecallCounter(k);
  ranks.forEach((rank, t) => recall.add(rank, rows[t]!));
  return recall.metrics(split, family);
}

/** The same and the loss, of what a model's scores are; empty when no row counts. */
export function metricsOfScores(
  rows: EvaluationRows,
  { loss, ranks }: RowScores,
  k: readonly number[],
  split: MetricSplit,
): Metrics {
  if (rows.rowCount === 0) return {};
  return {
    [metricName(METRICS.loss, split)]: loss / rows.rowCount,
    ...retrievalMetrics(rows, ranks, k, split),
  };
}
