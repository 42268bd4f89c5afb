/** A result beside other methods. Functions of the figures alone. */
import type { Metrics } from '../common.js';
import { isBetter } from '../metrics/direction.js';
import type { Comparison } from './comparison.js';

/** Every method by every metric that both have, the primary metric first, and by it the best method first. */
export function comparisonsOf(
  metrics: Metrics,
  methods: readonly { name: string; metrics: Metrics }[],
  primaryMetric: string | null,
): Comparison[] {
  const entries = Object.entries(metrics).toSorted(
    ([a], [b]) => Number(b === primaryMetric) - Number(a === primaryMetric),
  );
  return entries.flatMap(([metric, value]) =>
    methods
      .flatMap(({ name, metrics: others }) => {
        const other = others[metric];
        return other === undefined ? [] : [comparisonOf(name, metric, value, other)];
      })
      .toSorted((a, b) => (a.other === b.other ? 0 : isBetter(metric, a.other, b.other) ? -1 : 1)),
  );
}

function comparisonOf(against: string, metric: string, value: number, other: number): Comparison {
  const difference = value - other;
  return {
    against,
    metric,
    value,
    other,
    difference,
    differenceInterval: null,
    // Of what is 0 or less, as R² is of a mean, a share says nothing.
    change: other > 0 ? difference / other : null,
    changeInterval: null,
  };
}
