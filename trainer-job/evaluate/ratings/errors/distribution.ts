import type { EvaluationReport } from '@trainyard/shared';

type RatingErrors = NonNullable<EvaluationReport['ratingErrors']>;

/** Of errors, predictions less true values: at least one. */
export function distributionOf(errors: Float64Array): RatingErrors['distribution'] {
  const [sorted, sizes] = [errors.toSorted(), errors.map(Math.abs).toSorted()];
  const percentile = (share: number) => quantileOf(sizes, share);
  return {
    rows: errors.length,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    ...momentsOf(errors),
    median: quantileOf(sorted, 0.5),
    percentiles: {
      p25: percentile(0.25),
      p50: percentile(0.5),
      p75: percentile(0.75),
      p90: percentile(0.9),
      p95: percentile(0.95),
      p99: percentile(0.99),
    },
  };
}

/** The standard deviation has n in the denominator. */
export function momentsOf(errors: Float64Array): { mean: number; std: number } {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length;
  return { mean, std: Math.sqrt(variance) };
}

/** Of ascending values, between neighbours in proportion: `numpy.quantile` as it is unless told otherwise. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
