import type { Random } from './random.js';

/** Draws an index in proportion to its weight, in constant time (Walker's alias method, built as Vose did). */
export class WeightedChoice {
  private readonly threshold: Float64Array;
  private readonly alias: Int32Array;

  constructor(weights: ArrayLike<number>) {
    const size = weights.length;
    let total = 0;
    for (let i = 0; i < size; i += 1) total += weights[i] ?? 0;
    if (size === 0 || !(total > 0)) throw new Error('a weighted choice needs at least one positive weight');
    this.threshold = new Float64Array(size);
    this.alias = new Int32Array(size);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < size; i += 1) {
      this.threshold[i] = ((weights[i] ?? 0) * size) / total;
      (this.share(i) < 1 ? small : large).push(i);
    }
    for (let low = small.pop(), high = large.pop(); ; low = small.pop()) {
      if (low === undefined || high === undefined) {
        // What is left is 1 but for rounding.
        for (const rest of [low, high, ...small, ...large]) if (rest !== undefined) this.threshold[rest] = 1;
        return;
      }
      this.alias[low] = high;
      const rest = this.share(high) + this.share(low) - 1;
      this.threshold[high] = rest;
      if (rest < 1) {
        small.push(high);
        high = large.pop();
      }
    }
  }

  draw(random: Random): number {
    const index = random.below(this.threshold.length);
    return random.float() < this.share(index) ? index : (this.alias[index] ?? index);
  }

  private share(index: number): number {
    return this.threshold[index] ?? 0;
  }
}

/** Weights of a Zipf law: the r-th of `size` gets `1 / r^exponent`. */
export function zipf(size: number, exponent: number): Float64Array {
  return Float64Array.from({ length: size }, (_, rank) => (rank + 1) ** -exponent);
}
