import { normalBelow } from '@trainyard/functions/sweeps/search/normal';

/**
 * The one-sided p-value of Mann and Whitney's test that the numbers of `low` tend to be below those of `high`: by the normal
 * approximation with the corrections for ties and continuity, as SciPy's `mannwhitneyu(low, high, alternative='less',
 * method='asymptotic')`. 1 where all numbers are equal.
 */
export function pBelow(low: readonly number[], high: readonly number[]): number {
  const all = [...low, ...high].toSorted((a, b) => a - b);
  const n = all.length;
  let wins = 0;
  for (const a of low) for (const b of high) wins += a > b ? 1 : a === b ? 0.5 : 0;
  const counts = new Map<number, number>();
  for (const value of all) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const variance = ((low.length * high.length) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance === 0) return 1;
  return normalBelow((wins - (low.length * high.length) / 2 + 0.5) / Math.sqrt(variance));
}
