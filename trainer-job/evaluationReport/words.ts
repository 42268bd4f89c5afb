/** What several sections look up in a report. */
import type { EvaluationReport, MeasuredMetric } from '@trainyard/shared';

/** Of the metrics of something, the one of that name. */
export function metricOf(
  metrics: readonly MeasuredMetric[],
  name: string | null,
): MeasuredMetric | undefined {
  return metrics.find((metric) => metric.name === name);
}

/** How many rows predictions are measured on, of a model that makes lists too; null of any other. */
export function predictedRows({ modelType, ratingErrors, yesOrNo }: EvaluationReport): number | null {
  if (modelType !== 'hybrid') return null;
  if (ratingErrors) return ratingErrors.distribution.rows;
  return yesOrNo && Object.values(yesOrNo.confusion).reduce((sum, rows) => sum + rows, 0);
}

/** How many layers a tower has. */
export function layersInWords(layers: number): string {
  return layers === 0 ? 'no layers' : layers === 1 ? 'one layer' : `${layers} layers`;
}
