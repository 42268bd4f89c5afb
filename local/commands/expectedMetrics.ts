/** What metrics are expected to be, and how far those of a result are off. */
import { canonicalMetricName, metricNameSchema, metricValue, type Metrics } from '@trainyard/shared';
import { z } from 'zod';

const toleranceSchema = z.number().min(0).max(1000);

/** A number, or one with a tolerance of its own. */
const expectedValueSchema = z.union(
  [z.number(), z.strictObject({ value: z.number(), tolerance: toleranceSchema.optional() })],
  { error: 'allowed is a number, or {"value": 0.21, "tolerance": 0.01}' },
);
const expectedValuesSchema = z.record(metricNameSchema, expectedValueSchema);

/** What of an `evaluation.json` is compared, of whatever version. */
export const reportMetricsSchema = z.looseObject({
  metrics: z.array(z.looseObject({ name: metricNameSchema, value: z.number() })),
  history: z
    .array(z.looseObject({ epoch: z.int(), metrics: z.record(metricNameSchema, z.number()) }))
    .default([]),
  bestEpoch: z.int().default(0),
});

const FORMS = {
  report: reportMetricsSchema.transform((report) => ({ tolerance: undefined, metrics: testMetrics(report) })),
  withTolerance: z.strictObject({ metrics: expectedValuesSchema, tolerance: toleranceSchema.optional() }),
  values: expectedValuesSchema.transform((metrics) => ({ tolerance: undefined, metrics })),
};
export type Expected = z.infer<(typeof FORMS)[keyof typeof FORMS]>;

/**
 * Metrics by name; the same under `metrics` beside a tolerance for all; or the `evaluation.json` of another run. The form is told by
 * what stands under `metrics`, so that an error says what is wrong with that one.
 */
export function expectedFormOf(content: unknown): z.ZodType<Expected> {
  const { success, data } = z.looseObject({ metrics: z.unknown() }).safeParse(content);
  if (!success || data.metrics === undefined) return FORMS.values;
  return Array.isArray(data.metrics) ? FORMS.report : FORMS.withTolerance;
}

type ReportMetrics = z.infer<typeof reportMetricsSchema>;

function testMetrics({ metrics }: ReportMetrics): Metrics {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** Those of the test split, and those that the best epoch had on the validation split. */
export function metricsOfReport(report: ReportMetrics): Metrics {
  const best = report.history.find(({ epoch }) => epoch === report.bestEpoch);
  return { ...best?.metrics, ...testMetrics(report) };
}

export interface Verified {
  metric: string;
  expected: number;
  /** Null where the result has no such metric. */
  actual: number | null;
  /** The actual value less the expected one; null without one. */
  difference: number | null;
  /** Of the absolute expected value. */
  tolerance: number;
  isMet: boolean;
}

/**
 * Each expected metric beside that of the result, in the order of the expectation. It is met where both differ by at most the
 * tolerance times the absolute expected value: one that is expected to be 0 must be 0. A metric's own tolerance goes before that
 * of the file, and both before `tolerance`.
 */
export function verifyMetrics(expected: Expected, actual: Metrics, tolerance: number): Verified[] {
  return Object.entries(expected.metrics).map(([name, given]) => {
    const metric = canonicalMetricName(name);
    const { value, tolerance: own } = typeof given === 'number' ? { value: given } : given;
    const allowed = own ?? expected.tolerance ?? tolerance;
    const found = metricValue(actual, metric) ?? null;
    const difference = found === null ? null : found - value;
    // A tolerance in decimals is not missed for the rounding of its product.
    const isMet =
      difference !== null && Math.abs(difference) <= allowed * Math.abs(value) + 1e-12 * Math.abs(value);
    return { metric, expected: value, actual: found, difference, tolerance: allowed, isMet };
  });
}
