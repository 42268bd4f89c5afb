/** A figure, and what the draws of users make of it. */
import { metricRange } from '@trainyard/shared';
import type { PerUserMean } from './perUser.js';
import { sumsOfGroups, type UserDraws } from './userDraws.js';

export interface Estimate {
  /** Of all users. */
  value: number;
  /** [draws] NaN where a draw has no value, such as one without any row. */
  draws: Float64Array;
  /** [groups] how much the value owes to each group of users: about what it loses without it. Their sum is about 0. */
  influence: Float64Array;
  /** Whether it says how far two figures of the same users are apart. */
  isPaired?: boolean;
}

/** Draws between two calls of `between`. */
const BLOCK = 25;

/** Of metrics that are means; those without any weight have none. `influence` is the first derivative at the groups' weights. */
export async function meanEstimates<Name>(
  means: ReadonlyMap<Name, PerUserMean>,
  draws: UserDraws,
  between: () => Promise<void>,
): Promise<Map<Name, Estimate>> {
  const sums = groupSums(draws);
  const columns = [...means].map(([name, { sums: own, weights }]) => {
    const [groupSum, groupWeight] = [sums(own), sums(weights)];
    return { name, groupSum, groupWeight, ...wholeMean(groupSum, groupWeight) };
  });
  const counted = columns.filter(({ weight }) => weight > 0);
  const estimates = new Map(
    counted.map(({ name, groupSum, groupWeight, value, weight }) => {
      const influence = groupSum.map((sum, g) => (sum - value * groupWeight[g]!) / weight);
      return [name, { value, influence, draws: new Float64Array(draws.count) }];
    }),
  );
  // Metrics of the same rows share their weights.
  const arrays = [...new Set(counted.flatMap(({ groupSum, groupWeight }) => [groupSum, groupWeight]))];
  const places = new Map(arrays.map((array, place) => [array, place]));
  const placesOf = counted.map(
    ({ groupSum, groupWeight }) => [places.get(groupSum)!, places.get(groupWeight)!] as const,
  );
  const sumOf = new Float64Array(arrays.length);
  const drawn = new Float64Array(draws.groups);
  for (let draw = 0; draw < draws.count; draw++) {
    drawn.set(draws.times.subarray(draw * draws.groups, (draw + 1) * draws.groups));
    products(drawn, arrays, sumOf);
    counted.forEach(({ name }, i) => {
      const [sum, weight] = placesOf[i]!;
      estimates.get(name)!.draws[draw] = sumOf[sum]! / sumOf[weight]!;
    });
    if (draw % BLOCK === 0) await between();
  }
  return estimates;
}

/** Figures by name, of weighted users: `times` [groups] says how often each is there. Those that have no value are not there. */
export type WeightedFigures = (times: Float64Array) => Readonly<Record<string, number>>;

/**
 * Of any figures. `isLinear` draws them from the influences alone, which is as good where users are many (Efron and Tibshirani:
 * An Introduction to the Bootstrap, 1993, chapter 20), and saves a computation a draw. A figure that all users together do not
 * have has none.
 */
export async function figureEstimates(
  figures: WeightedFigures,
  draws: UserDraws,
  between: () => Promise<void>,
  isLinear = false,
): Promise<Map<string, Estimate>> {
  const times = new Float64Array(draws.groups).fill(1);
  const estimates = new Map(
    Object.entries(figures(times)).map(([name, value]): [string, Estimate] => [
      name,
      { value, influence: new Float64Array(draws.groups), draws: new Float64Array(draws.count) },
    ]),
  );
  for (let group = 0; group < draws.groups; group++) {
    times[group] = 0;
    const without = figures(times);
    for (const [name, { value, influence }] of estimates) {
      influence[group] = value - (without[name] ?? value);
    }
    times[group] = 1;
    if (group % BLOCK === 0) await between();
  }
  for (const { influence } of estimates.values()) center(influence);
  const ranges = new Map([...estimates.keys()].map((name) => [name, metricRange(name)]));
  for (let draw = 0; draw < draws.count; draw++) {
    times.set(draws.times.subarray(draw * draws.groups, (draw + 1) * draws.groups));
    const drawn = isLinear ? {} : figures(times);
    for (const [name, { value, influence, draws: values }] of estimates) {
      values[draw] = isLinear
        ? within(ranges.get(name), value + product(times, influence))
        : (drawn[name] ?? NaN);
    }
    if (draw % BLOCK === 0) await between();
  }
  return estimates;
}

/** What a figure owes to groups of users adds up to more than it can be where rows are few. */
function within(range: ReturnType<typeof metricRange>, value: number): number {
  return range ? Math.min(Math.max(value, range.least), range.greatest) : value;
}

function center(values: Float64Array): void {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  values.forEach((one, i) => (values[i] = one - mean));
}

/** Of the same draws: how much the one is above the other. */
export function differenceOf(one: Estimate, other: Estimate): Estimate {
  return combined(one, other, (a, b) => a - b, [1, -1]);
}

/** Of the same draws: the difference as a share of the other. Undefined where the other is 0. */
export function changeOf(one: Estimate, other: Estimate): Estimate | undefined {
  if (other.value === 0) return undefined;
  const size = Math.abs(other.value);
  const change = (a: number, b: number) => (b === 0 ? NaN : (a - b) / Math.abs(b));
  return combined(one, other, change, [1 / size, -one.value / (size * other.value)]);
}

/** `slopes` are the derivatives of `combine` by its arguments. */
function combined(
  one: Estimate,
  other: Estimate,
  combine: (a: number, b: number) => number,
  [bySelf, byOther]: readonly [number, number],
): Estimate {
  return {
    value: combine(one.value, other.value),
    draws: one.draws.map((a, draw) => combine(a, other.draws[draw]!)),
    influence: one.influence.map((a, group) => bySelf * a + byOther * other.influence[group]!),
    isPaired: true,
  };
}

/** The sums of groups, once for each array of users. */
function groupSums(draws: UserDraws): (values: Float64Array) => Float64Array {
  const known = new Map<Float64Array, Float64Array>();
  return (values) => {
    let sums = known.get(values);
    if (!sums) known.set(values, (sums = sumsOfGroups(draws, values)));
    return sums;
  };
}

function wholeMean(sums: Float64Array, weights: Float64Array): { value: number; weight: number } {
  const total = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0);
  const weight = total(weights);
  return { value: total(sums) / weight, weight };
}

/** Sets `into` [arrays] to the products of `a` with each: four at a time, since each sum waits for its own last summand. */
function products(a: Float64Array, arrays: readonly Float64Array[], into: Float64Array): void {
  let at = 0;
  for (; at + 4 <= arrays.length; at += 4) {
    const [b, c, d, e] = [arrays[at]!, arrays[at + 1]!, arrays[at + 2]!, arrays[at + 3]!];
    let [ofB, ofC, ofD, ofE] = [0, 0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      const factor = a[i]!;
      ofB += factor * b[i]!;
      ofC += factor * c[i]!;
      ofD += factor * d[i]!;
      ofE += factor * e[i]!;
    }
    into[at] = ofB;
    into[at + 1] = ofC;
    into[at + 2] = ofD;
    into[at + 3] = ofE;
  }
  for (; at < arrays.length; at++) into[at] = product(a, arrays[at]!);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
