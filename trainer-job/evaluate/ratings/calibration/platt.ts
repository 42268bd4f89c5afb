import { logOdds } from '@trainyard/recommender/layers/calibration';
import { isOne, type RatedRows } from '../ratedRows.js';

const MOST_STEPS = 100;
/** Of the mean loss, at which the search ends. */
const FLAT = 1e-12;

/**
 * σ(slope · log-odds + intercept) of the greatest likelihood of the answers, a 1 counting as (n₁ + 1) / (n₁ + 2) and a 0 as
 * 1 / (n₀ + 2), so that there is one even where predictions tell both kinds apart (Platt 1999: Probabilistic Outputs for Support
 * Vector Machines), by Newton's method with shorter steps where needed (Lin, Lin, Weng 2007: A Note on Platt's Probabilistic Outputs).
 */
export function fitPlatt({ predicted, actual }: RatedRows): {
  method: 'platt';
  slope: number;
  intercept: number;
} {
  const odds = predicted.map(logOdds);
  const count = odds.length;
  const mean = odds.reduce((sum, x) => sum + x, 0) / count;
  const spread = Math.sqrt(odds.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count);
  // Around their mean, so that slope and intercept do not depend on each other; without any spread there is no slope.
  const scale = spread > 1e-9 ? spread : Infinity;
  const x = odds.map((value) => (value - mean) / scale);
  const ones = actual.reduce((sum, y) => sum + (isOne(y) ? 1 : 0), 0);
  const [high, low] = [(ones + 1) / (ones + 2), 1 / (count - ones + 2)];
  const targets = actual.map((y) => (isOne(y) ? high : low));
  const { a, b } = newton(x, targets, { a: 0, b: Math.log((ones + 1) / (count - ones + 1)) });
  return { method: 'platt', slope: a / scale, intercept: b - (a * mean) / scale };
}

interface Line {
  a: number;
  b: number;
}

function newton(x: Float64Array, targets: Float64Array, start: Line): Line {
  let [line, loss] = [start, lossOf(x, targets, start)];
  for (let step = 0; step < MOST_STEPS; step++) {
    const { da, db } = direction(x, targets, line);
    let next: { line: Line; loss: number } | undefined;
    for (let size = 1; size > 1e-10 && !next; size /= 2) {
      const tried = { a: line.a + size * da, b: line.b + size * db };
      const of = lossOf(x, targets, tried);
      if (of < loss) next = { line: tried, loss: of };
    }
    if (!next) return line;
    const gain = loss - next.loss;
    ({ line, loss } = next);
    if (gain < FLAT && Math.abs(da) + Math.abs(db) < 1e-9) return line;
  }
  return line;
}

/** The mean of log(1 + e^z) − t z, z being on the line: no z overflows. */
function lossOf(x: Float64Array, targets: Float64Array, { a, b }: Line): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const z = a * x[i]! + b;
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[i]! * z;
  }
  return sum / x.length;
}

function direction(x: Float64Array, targets: Float64Array, { a, b }: Line): { da: number; db: number } {
  // A hair more than the curvature, which may be 0 in one direction.
  let [haa, hab, hbb, ga, gb] = [1e-12, 0, 1e-12, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [xi, p] = [x[i]!, 1 / (1 + Math.exp(-(a * x[i]! + b)))];
    const [weight, off] = [(p * (1 - p)) / x.length, (p - targets[i]!) / x.length];
    haa += weight * xi * xi;
    hab += weight * xi;
    hbb += weight;
    ga += off * xi;
    gb += off;
  }
  const determinant = haa * hbb - hab * hab;
  return { da: -(hbb * ga - hab * gb) / determinant, db: -(haa * gb - hab * ga) / determinant };
}
