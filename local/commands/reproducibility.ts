import type { Metrics } from '@trainyard/shared';

/** What a run gave: metrics of its epochs, in their order, and of its result. */
export interface RunMetrics {
  name: string;
  epochs: readonly Metrics[];
  result: Metrics;
}

interface MetricSpread {
  metric: string;
  /** The largest standard deviation over the runs, of any epoch or of the result, and the largest difference of two runs. */
  deviation: number;
  difference: number;
  /** 1-based; null is the result. */
  epoch: number | null;
}

export interface Reproducibility {
  isReproducible: boolean;
  /** The metric that differs most first. */
  spreads: MetricSpread[];
  /** Runs that differ in more than numbers: other epochs, or other metrics. */
  mismatches: string[];
}

/**
 * Compares runs that should be the same. They are reproducible when they have the same epochs and metrics, and no metric's
 * standard deviation over the runs reaches the tolerance.
 */
export function compareRuns(runs: readonly RunMetrics[], tolerance: number): Reproducibility {
  const [first, ...others] = runs;
  if (!first || others.length === 0) throw new RangeError('it takes two runs to compare');
  const mismatches = others.flatMap((other) => mismatchOf(first, other));
  const spreads = mismatches.length > 0 ? [] : spreadsOf(first, runs);
  return {
    isReproducible: mismatches.length === 0 && spreads.every(({ deviation }) => deviation < tolerance),
    spreads,
    mismatches,
  };
}

function mismatchOf(first: RunMetrics, other: RunMetrics): string[] {
  if (first.epochs.length !== other.epochs.length) {
    return [`${first.name} has ${first.epochs.length} epochs, ${other.name} ${other.epochs.length}`];
  }
  const names = ({ epochs, result }: RunMetrics) =>
    [...epochs, result].map((metrics) => Object.keys(metrics).toSorted().join()).join(';');
  return names(first) === names(other) ? [] : [`${first.name} and ${other.name} have other metrics`];
}

function spreadsOf(first: RunMetrics, runs: readonly RunMetrics[]): MetricSpread[] {
  const largest = new Map<string, MetricSpread>();
  const see = (epoch: number | null, metrics: readonly Metrics[]) => {
    for (const metric of Object.keys(metrics[0] ?? {})) {
      const values = metrics.map((of) => of[metric] ?? NaN);
      const spread = { metric, epoch, ...spreadOf(values) };
      const known = largest.get(metric);
      if (!known || spread.deviation > known.deviation) largest.set(metric, spread);
    }
  };
  first.epochs.forEach((_, e) =>
    see(
      e + 1,
      runs.map(({ epochs }) => epochs[e] ?? {}),
    ),
  );
  see(
    null,
    runs.map(({ result }) => result),
  );
  return [...largest.values()].toSorted((a, b) => b.deviation - a.deviation);
}

function spreadOf(values: readonly number[]): Pick<MetricSpread, 'deviation' | 'difference'> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    deviation: Math.sqrt(squares / values.length),
    difference: Math.max(...values) - Math.min(...values),
  };
}
