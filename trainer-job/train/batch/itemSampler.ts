import type { Random } from '../../model/random.js';

export interface ItemSampler {
  /** [entities] the probability that a draw gives this item. */
  probabilities: Float64Array;
  /** `count` items, with replacement. */
  draw(this: void, count: number, random: Random): Int32Array;
}

/**
 * Draws items in proportion to their weights, in constant time each: Walker's alias method, as Vose builds its table ("A linear
 * algorithm for generating random numbers with a given distribution", IEEE TSE 1991). Item 0, of weight 0, is never drawn.
 */
export function itemSampler(weights: Float64Array): ItemSampler {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError('there is no item to draw');
  const probabilities = weights.map((weight) => weight / total);
  const { keep, alias } = aliasTable(probabilities);
  const size = weights.length;
  return {
    probabilities,
    draw: (count, random) =>
      Int32Array.from({ length: count }, () => {
        const place = Math.floor(random() * size);
        return random() < keep[place]! ? place : alias[place]!;
      }),
  };
}

/** Each place is kept with probability `keep`, else it stands for `alias`. */
function aliasTable(probabilities: Float64Array): { keep: Float64Array; alias: Int32Array } {
  const size = probabilities.length;
  const keep = probabilities.map((probability) => probability * size);
  const alias = Int32Array.from({ length: size }, (_, i) => i);
  const below: number[] = [];
  const above: number[] = [];
  keep.forEach((share, i) => (share < 1 ? below : above).push(i));
  while (below.length > 0 && above.length > 0) {
    const [small, large] = [below.pop()!, above.at(-1)!];
    alias[small] = large;
    keep[large]! -= 1 - keep[small]!;
    if (keep[large]! < 1) below.push(above.pop()!);
  }
  // What rounding has left over. An item of no weight is never kept.
  for (const i of [...below, ...above]) if (probabilities[i]! > 0) keep[i] = 1;
  return { keep, alias };
}
