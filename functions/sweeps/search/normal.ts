/** The normal distribution, to the last digits also where it is nearly 0. */
import type { Random } from '@trainyard/shared';

const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;

/** The probability that a standard normal number is below `x`. */
export function normalBelow(x: number): number {
  return x > 0 ? 1 - upperTail(x) : upperTail(-x);
}

/** The log of the probability that a standard normal number lies between `a` and `b`; -Infinity where that is nothing. */
export function logNormalBetween(a: number, b: number): number {
  if (a > 0) return Math.log(upperTail(a) - upperTail(b));
  if (b < 0) return Math.log(upperTail(-b) - upperTail(-a));
  return Math.log1p(-upperTail(-a) - upperTail(b));
}

export function logNormalDensity(x: number): number {
  return -(x * x) / 2 - LOG_ROOT_TWO_PI;
}

/** The probability of a number above `x`, which is not negative: by the power series of the density near 0, by Laplace's continued fraction beyond (Abramowitz and Stegun, 26.2.11 and 26.2.14). */
function upperTail(x: number): number {
  if (x === Infinity) return 0;
  const density = Math.exp(logNormalDensity(x));
  if (x < 3) {
    let [term, sum] = [x, x];
    for (let n = 3; term > sum * Number.EPSILON; n += 2) sum += term *= (x * x) / n;
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / fraction;
  return density / fraction;
}

/** A standard normal number (Box and Muller). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
