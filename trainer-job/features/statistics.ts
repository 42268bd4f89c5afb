/** Statistics of training columns, exact to rounding: they are computed from all values, not from a sample. */

/** Mean and population standard deviation (as Keras's Normalization has it), in two passes with compensated sums. */
export function meanAndStd(values: Float64Array): { mean: number; std: number } {
  const mean = sum(values, (value) => value) / values.length;
  const variance = sum(values, (value) => (value - mean) ** 2) / values.length;
  return { mean, std: Math.sqrt(variance) };
}

/** Neumaier's sum: the error does not grow with the number of values. */
function sum(values: Float64Array, term: (value: number) => number): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const added = term(value);
    const next = total + added;
    lost += Math.abs(total) >= Math.abs(added) ? total - next + added : added - next + total;
    total = next;
  }
  return total + lost;
}

/** Quantiles of ascending values, linear between neighbours (type 7 of Hyndman and Fan, as numpy has it). */
export function quantilesOf(ascending: Float64Array, shares: readonly number[]): number[] {
  return shares.map((share) => {
    const at = share * (ascending.length - 1);
    const below = Math.floor(at);
    const low = ascending[below]!;
    const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
    return low + (high - low) * (at - below);
  });
}
