import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import type { Curve } from '../../figures/curves.js';

type Compared = NonNullable<RunComparison['curves']>[number];

/** One metric of several runs over the epochs that any of them has; a run without a value at an epoch has a gap there. */
export function overlaid(
  { series }: Pick<Compared, 'series'>,
  runs: readonly { runId: string; name: string }[],
): { epochs: number[]; curves: Curve[] } {
  const epochs = [...new Set(series.flatMap(({ points }) => points.map(({ epoch }) => epoch)))].toSorted(
    (a, b) => a - b,
  );
  const curves = runs.flatMap(({ runId, name }, i) => {
    const points = series[i]?.points ?? [];
    if (points.length === 0) return [];
    const known = new Map(points.map(({ epoch, value }) => [epoch, value]));
    return [{ name: runId, title: name, values: epochs.map((epoch) => known.get(epoch) ?? null) }];
  });
  return { epochs, curves };
}
