/**
 * The probability that two samples of one distribution are at least as far apart as `statistic`: of the two-sided
 * Kolmogorov–Smirnov distribution at `round(n1 · n2 / (n1 + n2))` rows, as SciPy's `ks_2samp(method='asymp')` takes it.
 */
export function ksPValue(statistic: number, rows: number, otherRows: number): number {
  return ksSurvival(statistic, Math.round((rows * otherRows) / (rows + otherRows)));
}

/** Up to here the distribution is computed exactly; beyond, by an expansion that is less than 1e-6 off. */
const MAX_EXACT_ROWS = 500;

/** P(D ≥ d) for the greatest distance D of `n` rows' distribution function from the true one. */
export function ksSurvival(d: number, n: number): number {
  if (d >= 1) return 0;
  if (n < 1 || 2 * n * d <= 1) return 1;
  const t = n * d * d;
  // Less than 1e-15.
  if (t > 18) return 0;
  if (n <= MAX_EXACT_ROWS) return clamp(1 - exactCdf(d, n));
  return clamp(1 - pelzGoodCdf(Math.sqrt(n) * d, n));
}

const clamp = (p: number) => Math.min(1, Math.max(0, p));

/** G. Marsaglia, W. Tsang, J. Wang: Evaluating Kolmogorov's distribution. Journal of Statistical Software 8 (18), 2003. */
function exactCdf(d: number, n: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const h = k - n * d;
  const matrix = new Float64Array(size * size).map((_, cell) => {
    const [i, j] = [Math.floor(cell / size), cell % size];
    return i - j + 1 < 0 ? 0 : (1 - lost(i, j, size, h)) / factorial(i - j + 1);
  });
  const { values, exponent } = power(matrix, size, n);
  let result = Math.log(values[(k - 1) * size + k - 1] ?? 0) + exponent;
  for (let i = 1; i <= n; i++) result += Math.log(i / n);
  return Math.exp(result);
}

/** What the paper takes from the ones of the first column and the last row. */
function lost(i: number, j: number, size: number, h: number): number {
  const corner = i === size - 1 && j === 0 && 2 * h - 1 > 0 ? (2 * h - 1) ** size : 0;
  return (j === 0 ? h ** (i + 1) : 0) + (i === size - 1 ? h ** (size - j) : 0) - corner;
}

function factorial(n: number): number {
  let result = 1;
  for (let i = 2; i <= n; i++) result *= i;
  return result;
}

/** A square matrix to the n-th power, times e to the exponent. */
function power(matrix: Float64Array, size: number, n: number): { values: Float64Array; exponent: number } {
  if (n === 1) return { values: matrix, exponent: 0 };
  const half = power(matrix, size, Math.floor(n / 2));
  let values = product(half.values, half.values, size);
  let exponent = 2 * half.exponent;
  if (n % 2 === 1) values = product(values, matrix, size);
  const largest = values.reduce((max, value) => Math.max(max, value), 0);
  if (largest > 1e100) {
    values = values.map((value) => value / largest);
    exponent += Math.log(largest);
  }
  return { values, exponent };
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) {
        result[i * size + j] = (result[i * size + j] ?? 0) + factor * (b[k * size + j] ?? 0);
      }
    }
  }
  return result;
}

/** W. Pelz, I. Good: Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample statistic. JRSS B 38 (2), 1976. */
function pelzGoodCdf(z: number, n: number): number {
  const [z2, z4, z6, z8] = [z ** 2, z ** 4, z ** 6, z ** 8];
  let [k0, k1, k2, k2Tail, k3, k3Tail] = [0, 0, 0, 0, 0, 0];
  // The terms fall like e^(-5 k² / z²), and z² is at most 18.
  for (let k = 14; k >= 0; k--) {
    const u = (Math.PI * (k + 0.5)) ** 2;
    const outer = 2 * Math.exp(-u / (2 * z2));
    k0 += outer;
    k1 += (u - z2) * outer;
    k2 += (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * u + (1 - 2 * z2) * u ** 2) * outer;
    k3 +=
      ((5 - 30 * z2) * u ** 3 +
        (-60 * z2 + 212 * z4) * u ** 2 +
        (135 * z4 - 96 * z6) * u -
        (30 * z6 + 90 * z8)) *
      outer;
    const v = (Math.PI * k) ** 2;
    const inner = 2 * Math.exp(-v / (2 * z2));
    k2Tail += v * inner;
    k3Tail += (3 * v * z2 - v ** 2) * inner;
  }
  const root = Math.sqrt(Math.PI / 2);
  return (
    (root / z) * k0 +
    ((root / (6 * z4)) * k1) / Math.sqrt(n) +
    (root * (k2 / (72 * z ** 7) - k2Tail / (36 * z ** 3))) / n +
    (root * (k3 / (6480 * z ** 10) + k3Tail / (108 * z6))) / n ** 1.5
  );
}
