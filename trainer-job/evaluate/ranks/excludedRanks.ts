/** Ranks without the items that are left out of them. */

/**
 * Takes from the `ranks` [targets] of the queries from one to before another what is left out and scores higher; what is left is
 * `depth` at most.
 */
export function withoutExcluded(
  ranks: Int32Array,
  targets: { starts: Int32Array; scores: Float32Array },
  excluded: { start: Int32Array; scores: Float32Array },
  depth: number,
  [from, to]: readonly [number, number],
): void {
  for (let q = from; q < to; q++) {
    const left = excluded.scores.subarray(excluded.start[q], excluded.start[q + 1]).toSorted();
    for (let t = targets.starts[q]!; t < targets.starts[q + 1]!; t++) {
      ranks[t] = Math.min(ranks[t]! - countAbove(left, targets.scores[t]!), depth);
    }
  }
}

/** How many of the ascending scores are strictly higher. */
function countAbove(ascending: Float32Array, score: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > score) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}
