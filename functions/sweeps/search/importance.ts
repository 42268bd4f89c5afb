/** Which parameters mattered, and how. */
import {
  canonicalJson,
  countOf,
  keysInOrder,
  type Parameter,
  type ParameterImportance,
  type ParameterValue,
  type Space,
} from '@trainyard/shared';
import { forestImportance } from './forest.js';
import { measuredTrials, type Measured } from './measured.js';
import type { SearchTrial } from './trial.js';

/**
 * The importance of each parameter that had a choice, the greatest first: a list has a column for each value, as one-hot encoding
 * does, a range one, and where its condition does not hold it is in the middle of the others. Of pruned trials counts
 * what they had come to. The seed decides the samples of the trees.
 */
export function importanceOf(
  history: readonly SearchTrial[],
  space: Space,
  seed = 42,
): ParameterImportance[] {
  const trials = measuredTrials(history);
  const keys = keysInOrder(space).filter((key) => space[key] && countOf(space[key]) > 1);
  const columns = keys.flatMap((key) =>
    columnsOf(key, space[key], trials).map((values) => ({ key, values })),
  );
  const shares = forestImportance(
    { columns: columns.map(({ values }) => values), target: trials.map(({ value }) => value) },
    seed,
  );
  const isExplained = shares.some((share) => share > 0);
  return keys
    .map((key) => {
      const having = trials.filter(({ parameters }) => Object.hasOwn(parameters, key));
      const sum = shares.reduce((total, share, i) => total + (columns[i]?.key === key ? share : 0), 0);
      const importance = isExplained ? sum : null;
      return { key, importance, spearman: correlation(key, having), trials: having.length };
    })
    .toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0) || (a.key < b.key ? -1 : 1));
}

function columnsOf(key: string, parameter: Parameter | undefined, trials: readonly Measured[]): number[][] {
  const values = trials.map(({ parameters }) => parameters[key]);
  if (parameter && 'min' in parameter) {
    const known = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
    const middle = known[Math.floor(known.length / 2)] ?? 0;
    return [values.map((value) => (typeof value === 'number' ? value : middle))];
  }
  const texts = values.map((value) => (value === undefined ? undefined : canonicalJson(value)));
  const choices = [...new Set(texts)].filter((text) => text !== undefined).toSorted();
  return choices.map((choice) => texts.map((text) => (text === choice ? 1 : 0)));
}

function correlation(key: string, having: readonly Measured[]): number | null {
  const values: ParameterValue[] = having.map(({ parameters }) => parameters[key] ?? null);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length !== values.length) return null;
  return spearman(
    numbers,
    having.map(({ value }) => value),
  );
}

/** The correlation of ranks, equal numbers having the mean of theirs; null of fewer than three pairs, and where all of one side are equal. */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3) return null;
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, own] of x.entries()) {
    const other = y[i] ?? 0;
    xy += (own - mean) * (other - mean);
    xx += (own - mean) ** 2;
    yy += (other - mean) ** 2;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/** Ranks from 0. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const first = new Map<number, number>();
  const count = new Map<number, number>();
  for (const [i, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, i);
    count.set(value, (count.get(value) ?? 0) + 1);
  }
  return values.map((value) => (first.get(value) ?? 0) + ((count.get(value) ?? 1) - 1) / 2);
}
