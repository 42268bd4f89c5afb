/**
 * Ranks without sorting scores: the rank of an item for a query is the number of catalogue items that score strictly
 * higher. All targets of a query are counted in one pass over its scores.
 */

/** For the scores of one query: how many of them are strictly higher than each of the thresholds. */
export function countHigher(scores: Float32Array, thresholds: Float32Array): Int32Array {
  if (thresholds.length === 1) {
    const threshold = thresholds[0]!;
    let higher = 0;
    for (let i = 0; i < scores.length; i++) if (scores[i]! > threshold) higher++;
    return Int32Array.of(higher);
  }
  const order = Array.from(thresholds.keys()).toSorted((a, b) => thresholds[a]! - thresholds[b]!);
  const ascending = Float32Array.from(order, (at) => thresholds[at]!);
  // below[n]: scores that are higher than exactly the n lowest thresholds; nobody asks for n = 0, where most of them are.
  const below = new Int32Array(ascending.length + 1);
  const lowest = ascending[0]!;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (score > lowest) below[thresholdsBelow(ascending, score)]! += 1;
  }
  const ranks = new Int32Array(thresholds.length);
  let higher = 0;
  for (let n = ascending.length; n > 0; n--) {
    higher += below[n]!;
    ranks[order[n - 1]!] = higher;
  }
  return ranks;
}

/** How many of the ascending thresholds are strictly lower than the score. */
function thresholdsBelow(ascending: Float32Array, score: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
