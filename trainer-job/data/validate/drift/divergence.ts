/**
 * How far two distributions over the same bins are apart. Counts become shares after `SMOOTHING` of a row is added to every
 * bin, so that an empty bin gives a large number and not infinity.
 */

/** Added to each count of a bin or a category, in rows. */
const SMOOTHING = 0.5;

/** Shares of the counts, each with half a row more (Krichevsky–Trofimov). */
export function smoothedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + SMOOTHING * counts.length;
  return counts.map((count) => (count + SMOOTHING) / total);
}

/**
 * Kullback–Leibler divergence of the current shares p from the reference's q, in nats: Σ p · ln(p / q). 0 where they are
 * equal. Both add up to 1, and q is 0 nowhere.
 */
export function klDivergence(current: readonly number[], reference: readonly number[]): number {
  checkSameLength(current, reference);
  // A share of 0 adds nothing: x ln x goes to 0.
  return current.reduce((sum, p, i) => (p === 0 ? sum : sum + p * Math.log(p / (reference[i] ?? NaN))), 0);
}

/**
 * Population stability index: Σ (p − q) · ln(p / q), the divergence both ways (Jeffreys). Below 0.1 counts as stable, above
 * 0.25 as another population (Siddiqi, Credit Risk Scorecards, 2006). No share is 0.
 */
export function populationStability(current: readonly number[], reference: readonly number[]): number {
  return klDivergence(current, reference) + klDivergence(reference, current);
}

/**
 * Kolmogorov–Smirnov statistic of binned samples: the greatest distance of the two shares of rows up to an edge, 0 to 1.
 * Between edges nothing is known, so it is at most that of the samples themselves, and equal where every value is an edge.
 */
export function ksStatistic(current: readonly number[], reference: readonly number[]): number {
  checkSameLength(current, reference);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [currentTotal, referenceTotal] = [sum(current), sum(reference)];
  let [distance, currentUpTo, referenceUpTo] = [0, 0, 0];
  for (const [i, count] of current.entries()) {
    currentUpTo += count;
    referenceUpTo += reference[i] ?? 0;
    distance = Math.max(distance, Math.abs(currentUpTo / currentTotal - referenceUpTo / referenceTotal));
  }
  return distance;
}

function checkSameLength(a: readonly number[], b: readonly number[]): void {
  if (a.length !== b.length) throw new Error(`${a.length} bins are compared with ${b.length}`);
}
