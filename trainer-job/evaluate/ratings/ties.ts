/** Rows in the order of their values, for what goes by ranks. */

/** [values] positions, the least value first. */
export function ascending(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]!);
}

/** Runs of equal values, in an order that has them side by side: `visit(from, to)` for the places `from` … `to - 1`. */
export function eachTie(
  order: Uint32Array,
  values: Float64Array,
  visit: (from: number, to: number) => void,
): void {
  for (let from = 0; from < order.length;) {
    const value = values[order[from]!]!;
    let to = from + 1;
    while (to < order.length && values[order[to]!] === value) to++;
    visit(from, to);
    from = to;
  }
}

/** The weight of a row: as often as it counts, or any number of 0 or more; all count once where none are given. */
export type Weights = Float64Array | undefined;

export function sumOf(weights: Weights, count: number): number {
  return weights ? weights.reduce((sum, weight) => sum + weight, 0) : count;
}

/** Σ w x / Σ w over the rows; NaN where no row has a weight. */
export function meanOf(count: number, weights: Weights, value: (row: number) => number): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < count; row++) {
    const weight = weights ? weights[row]! : 1;
    // A row without weight takes no part, whatever its value is.
    if (weight === 0) continue;
    sum += weight * value(row);
    total += weight;
  }
  return sum / total;
}
