/** How alike two lists of recommendations are. Items are distinct within a list. */

/** The share of the longer list that both have in common, whatever the order; 1 for two empty lists. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  const other = new Set(b);
  return a.filter((item) => other.has(item)).length / longest;
}

/**
 * Rank-biased overlap, extrapolated from what was seen of the lists: Webber, Moffat and Zobel, "A similarity measure for indefinite
 * rankings", ACM TOIS 28(4), 2010, equation 32. Between 0, for lists without a common item, and 1, for the same ones. `p`, between 0
 * and 1, is how far down somebody reads: with 0.9, the first ten places have 86 % of the weight.
 */
export function rankBiasedOverlap(a: readonly string[], b: readonly string[], p = 0.9): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [short.length, long.length];
  if (l === 0) return 1;
  if (s === 0) return 0;
  const seen = new Set<string>();
  /** Of the first d places of both lists: how many items they have in common. */
  let common = 0;
  let ofShort = 0;
  let sum = 0;
  for (let d = 1; d <= l; d++) {
    for (const item of [long[d - 1], short[d - 1]]) {
      if (item === undefined) continue;
      if (seen.has(item)) common++;
      seen.add(item);
    }
    if (d === s) ofShort = common;
    sum += (common / d) * p ** d;
    if (d > s) sum += ((ofShort * (d - s)) / (s * d)) * p ** d;
  }
  return ((1 - p) / p) * sum + ((common - ofShort) / l + ofShort / s) * p ** l;
}
