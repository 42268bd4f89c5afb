/** Rows in the order of their values, for what goes by ranks; and sums over rows by weight, which draws of users ask for a thousand times. */

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

/** Distinct values, numbered from the least on: [rows] the number of each row's. */
export interface Ties {
  tieOf: Int32Array;
  count: number;
}

export function tiesOf(values: Float64Array): Ties {
  const order = ascending(values);
  const tieOf = new Int32Array(values.length);
  let count = 0;
  eachTie(order, values, (from, to) => {
    for (let i = from; i < to; i++) tieOf[order[i]!] = count;
    count++;
  });
  return { tieOf, count };
}

/** [ties] Σ w of the rows of each. */
export function weightsOfTies({ tieOf, count }: Ties, weights: Float64Array): Float64Array {
  const sums = new Float64Array(count);
  for (let row = 0; row < tieOf.length; row++) sums[tieOf[row]!]! += weights[row]!;
  return sums;
}

/** Σ w. */
export function total(weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < weights.length; row++) sum += weights[row]!;
  return sum;
}

/** Σ w x. */
export function weightedSum(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += weights[row]! * values[row]!;
  return sum;
}

/** Σ w (a − from.a) (b − from.b). */
export function weightedProduct(
  weights: Float64Array,
  a: Float64Array,
  b: Float64Array,
  from: { a: number; b: number },
): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) {
    sum += weights[row]! * (a[row]! - from.a) * (b[row]! - from.b);
  }
  return sum;
}
