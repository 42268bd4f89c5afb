/** How far the metrics of a run depend on its seed, from repetitions that differ in nothing else. */
import { z } from 'zod';
import { metricNameSchema, type Metrics } from '../common.js';
import { described } from '../described.js';
import { parseMetricName } from '../metrics/names.js';

export const metricSensitivitySchema = z.strictObject({
  metric: described(metricNameSchema.clone(), 'The metric.', 'test_recall_at_100'),
  values: described(z.int().min(2), 'The number of repetitions that have it.', 10),
  mean: described(z.number(), 'Their mean.', 0.312),
  std: described(z.number().min(0), 'Their sample standard deviation, by one less than their number.', 0.004),
  min: described(z.number(), 'The least of them.', 0.305),
  max: described(z.number(), 'The greatest of them.', 0.318),
  range: described(z.number().min(0), 'The greatest minus the least.', 0.013),
  coefficientOfVariation: described(
    z.number().min(0).nullable(),
    'The standard deviation as a share of the size of the mean; null where the mean is 0.',
    0.0128,
  ),
  relativeRange: described(
    z.number().min(0).nullable(),
    'The range as a share of the size of the mean; null where the mean is 0.',
    0.0417,
  ),
});
export type MetricSensitivity = z.infer<typeof metricSensitivitySchema>;

const names = (description: string) =>
  described(z.array(metricNameSchema).max(3), description, ['test_recall_at_5']);
export const sensitivitySchema = z.strictObject({
  metrics: described(
    z.array(metricSensitivitySchema),
    'Each metric that two repetitions have, the most sensitive first: that with the greatest coefficient of variation.',
  ),
  mostSensitive: names(
    'Of the metrics of which more or less is better, the three with the greatest coefficients of variation, the greatest first.',
  ),
  leastSensitive: names(
    'Of the metrics of which more or less is better, the three with the least coefficients of variation, the least first.',
  ),
  overallSensitivity: described(
    z.number().min(0).nullable(),
    'The mean of the coefficients of variation of the metrics of which more or less is better; null where there is none.',
    0.021,
  ),
});
export type Sensitivity = z.infer<typeof sensitivitySchema>;

/**
 * Every metric has its figures. What of which neither more nor less is better, such as the number of rows or the learning rate, tells
 * nothing of the quality that chance takes or gives: it is not among the most and the least sensitive, and not in their mean.
 */
export function sensitivityOf(results: readonly Metrics[]): Sensitivity {
  const all = new Set(results.flatMap((metrics) => Object.keys(metrics)));
  const measured = [...all]
    .flatMap((name): MetricSensitivity[] => {
      const values = results.flatMap((metrics) => metrics[name] ?? []).filter(Number.isFinite);
      return values.length < 2 ? [] : [spreadOf(name, values)];
    })
    .toSorted(
      (a, b) =>
        (b.coefficientOfVariation ?? -1) - (a.coefficientOfVariation ?? -1) || (a.metric < b.metric ? -1 : 1),
    );
  const varied = measured.flatMap(({ metric, coefficientOfVariation: variation }) =>
    variation === null || !isJudged(metric) ? [] : { metric, variation },
  );
  const sum = varied.reduce((total, { variation }) => total + variation, 0);
  return {
    metrics: measured,
    mostSensitive: varied.slice(0, 3).map(({ metric }) => metric),
    leastSensitive: varied
      .toReversed()
      .slice(0, 3)
      .map(({ metric }) => metric),
    overallSensitivity: varied.length === 0 ? null : sum / varied.length,
  };
}

function isJudged(metric: string): boolean {
  return (parseMetricName(metric)?.family.better ?? null) !== null;
}

function spreadOf(metric: string, values: readonly number[]): MetricSensitivity {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  // The mean of equal values may differ from them in its last digit.
  const std = min === max ? 0 : Math.sqrt(squares / (values.length - 1));
  const range = max - min;
  const ofMean = (value: number) => (mean === 0 ? null : value / Math.abs(mean));
  return {
    metric,
    values: values.length,
    mean,
    std,
    min,
    max,
    range,
    coefficientOfVariation: ofMean(std),
    relativeRange: ofMean(range),
  };
}
