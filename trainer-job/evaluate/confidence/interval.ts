import { type Interval, MIN_USERS } from '@trainyard/shared';
import { normalProbability, studentBound } from './distributions.js';
import type { Estimate } from './estimate.js';

/** A figure that more of the draws than these do not have is too near to having no value. */
const MAX_UNDEFINED = 0.01;

/** Influences that differ by less, beside the value, are rounding. */
const ROUNDING = 1e-12;

/**
 * Where the true value lies with a confidence of 95 %: expanded percentiles of the draws. Plain percentiles of few users are
 * too narrow, as a normal interval is beside Student's: their shares are taken further out by Student's bound and n / (n - 1)
 * (Hesterberg: What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015, 5.2). How many degrees of
 * freedom the bound has follows from how heavy the tails of the users' influences are (Satterthwaite: An Approximate
 * Distribution of Estimates of Variance Components, Biometrics 2, 1946): with few hits, or a user who makes half of the rows,
 * they are far fewer than users. Beside BCa and bootstrap t these held 95 % best, also of differences of methods that seldom
 * differ. Null where users are fewer than 10, or all of them alike: draws would say that the figure is certain.
 */
export function intervalOf({ value, draws, influence }: Estimate): Interval | null {
  const groups = influence.length;
  if (groups < MIN_USERS) return null;
  const degreesOfFreedom = degreesOf(influence, value);
  if (degreesOfFreedom === undefined) return null;
  const defined = draws.filter((one) => Number.isFinite(one));
  if (defined.length < (1 - MAX_UNDEFINED) * draws.length || defined.length < 2) return null;
  defined.sort();
  const bound = studentBound(degreesOfFreedom) * Math.sqrt(groups / (groups - 1));
  const share = normalProbability(-bound);
  return { low: percentile(defined, share), high: percentile(defined, 1 - share) };
}

/** Undefined where no user is unlike the others. */
function degreesOf(influence: Float64Array, value: number): number | undefined {
  const groups = influence.length;
  let [squares, fourths] = [0, 0];
  for (const one of influence) {
    squares += one ** 2;
    fourths += one ** 4;
  }
  const spread = Math.sqrt(squares * groups);
  if (!(spread > ROUNDING * Math.max(1, Math.abs(value)))) return undefined;
  const kurtosis = (groups * fourths) / squares ** 2;
  return Math.min(groups - 1, (2 * groups) / Math.max(kurtosis - 1, Number.EPSILON));
}

/** Of ascending values: (n + 1) p, between neighbours in proportion. */
function percentile(values: Float64Array, share: number): number {
  const last = values.length - 1;
  const at = Math.min(Math.max(share * (values.length + 1) - 1, 0), last);
  const below = Math.floor(at);
  const next = values[Math.min(below + 1, last)]!;
  return values[below]! + (at - below) * (next - values[below]!);
}
