import type { EvaluationRows } from '../../ranks/evaluationRows.js';

/** A query's part of the rows. */
export type Asked = Pick<EvaluationRows, 'targetStart' | 'items'>;

/**
 * The ranks of the targets of query `q` by the scores of all items, written where the targets are: how many items score higher,
 * or as high and have an earlier place. What is left out scores -Infinity.
 * `scores` is [entities], of which entity 0 is no item; `places` is [entities].
 */
export function rankTargets(
  { targetStart, items }: Asked,
  q: number,
  scores: Float64Array,
  places: Int32Array,
  ranks: Int32Array,
): void {
  const [from, to] = [targetStart[q]!, targetStart[q + 1]!];
  const order = Array.from({ length: to - from }, (_, i) => from + i).toSorted((a, b) => {
    const [first, second] = [items[a]!, items[b]!];
    return scores[second]! - scores[first]! || places[first]! - places[second]!;
  });
  const last = order.at(-1);
  if (last === undefined) return;
  const [lowest, latest] = [scores[items[last]!]!, places[items[last]!]!];
  // before[n]: items that come before exactly those targets which are n-th or later in the order.
  const before = new Int32Array(order.length);
  for (let item = 1; item < scores.length; item++) {
    const score = scores[item]!;
    if (score < lowest || (score === lowest && places[item]! >= latest)) continue;
    let [low, high] = [0, order.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const target = items[order[middle]!]!;
      const isBefore =
        score > scores[target]! || (score === scores[target]! && places[item]! < places[target]!);
      if (isBefore) high = middle;
      else low = middle + 1;
    }
    before[low]! += 1;
  }
  let higher = 0;
  order.forEach((target, n) => {
    higher += before[n]!;
    ranks[target] = higher;
  });
}
