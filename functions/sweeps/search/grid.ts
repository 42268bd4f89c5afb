import {
  canonicalJson,
  conditionsOf,
  countOf,
  isActive,
  keysInOrder,
  valueAt,
  type Parameters,
  type Space,
} from '@trainyard/shared';
import type { SearchTrial } from './trial.js';

/**
 * Every combination of a space, in order: the last key changes fastest. A parameter whose condition does not hold
 * has no value and multiplies nothing.
 */
export function* combinations(space: Space): Generator<Parameters> {
  yield* combinationsFrom(space, keysInOrder(space), {});
}

function* combinationsFrom(
  space: Space,
  keys: readonly string[],
  decided: Parameters,
): Generator<Parameters> {
  const [key, ...rest] = keys;
  if (key === undefined) {
    yield { ...decided };
    return;
  }
  const parameter = space[key];
  if (!parameter || !isActive(parameter, decided)) {
    yield* combinationsFrom(space, rest, decided);
    return;
  }
  const count = countOf(parameter);
  for (let i = 0; i < count; i++) {
    yield* combinationsFrom(space, rest, { ...decided, [key]: valueAt(parameter, i) });
  }
}

/** What a history has tried, whatever became of it, as canonical JSON. */
export function triedBy(history: readonly SearchTrial[]): Set<string> {
  return new Set(history.map(({ parameters }) => canonicalJson(parameters)));
}

/** The combinations that were not tried, in the order of all. */
export function* untried(space: Space, tried: ReadonlySet<string>): Generator<Parameters, undefined> {
  for (const combination of combinations(space))
    if (!tried.has(canonicalJson(combination))) yield combination;
}

const MOST_CHOICES = 100_000;

/**
 * How many combinations a space has; infinite where a range has no steps. Where what conditions are on has more than
 * 100,000 combinations by itself, the number is that of a space without conditions.
 */
export function sizeOf(space: Space): number {
  const product = (keys: readonly string[]) =>
    keys.reduce((all, key) => all * (space[key] ? countOf(space[key]) : 1), 1);
  const keys = Object.keys(space);
  const deciding = new Set(keys.flatMap((key) => conditionsOf(space[key]).map(({ on }) => on)));
  if (product([...deciding]) > MOST_CHOICES) return product(keys);
  const choices = Object.fromEntries(Object.entries(space).filter(([key]) => deciding.has(key)));
  const others = keys.filter((key) => !deciding.has(key));
  let count = 0;
  for (const decided of combinations(choices)) {
    count += product(others.filter((key) => space[key] && isActive(space[key], decided)));
  }
  return count;
}

/** A grid that nobody would wait for. */
const MOST_COMBINATIONS = 10_000;

/** Why a space has no grid that can be searched; undefined where it has one. */
export function gridObstacle(space: Space): string | undefined {
  const endless = Object.entries(space).flatMap(([key, parameter]) =>
    countOf(parameter) === Infinity ? [key] : [],
  );
  if (endless.length > 0) {
    return `a grid has finitely many values of each parameter: give ${endless.join(', ')} a step or a list of values, or take the strategy random, quasiRandom or tpe`;
  }
  const size = sizeOf(space);
  if (size <= MOST_COMBINATIONS) return undefined;
  return `the grid has ${size.toLocaleString('en-US')} combinations, and at most ${MOST_COMBINATIONS.toLocaleString('en-US')} are searched one by one: leave values out, make the steps wider, or take the strategy random, quasiRandom or tpe`;
}
