/** What intervals need of the normal distribution and of Student's. */

/** The probability of a standard normal number at most `x`: Marsaglia, Evaluating the Normal Distribution (J. Stat. Softw. 11, 2004). */
export function normalProbability(x: number): number {
  if (x < -9) return 0;
  if (x > 9) return 1;
  let [sum, term, before] = [x, x, 0];
  for (let i = 3; sum !== before; i += 2) {
    before = sum;
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** What a standard normal number exceeds, to either side, in 5 of 100 cases. */
const NORMAL_BOUND = 1.959963984540054;

/**
 * What a number of Student's distribution exceeds, to either side, in 5 of 100 cases; fewer than 2 degrees of freedom count as
 * 2, and they need not be whole: Hill, Algorithm 396 (Comm. ACM 13, 1970).
 */
export function studentBound(degreesOfFreedom: number): number {
  const share = 0.05;
  const n = Math.max(2, degreesOfFreedom);
  if (n === 2) return Math.sqrt(2 / (share * (2 - share)) - 2);
  if (n > 1e6) return NORMAL_BOUND;
  const a = 1 / (n - 0.5);
  const b = 48 / (a * a);
  let c = (((20_700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n;
  let y = (d * share) ** (2 / n);
  if (y > 0.05 + a) {
    const x = -NORMAL_BOUND;
    if (n < 5) c += 0.3 * (n - 4.5) * (x + 0.6);
    c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b;
    y = x * x;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    const first = (n + 6) / (n * y) - 0.089 * d - 0.822;
    y = ((1 / (first * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * ((n + 1) / (n + 2)) + 1 / y;
  }
  return Math.sqrt(n * y);
}
