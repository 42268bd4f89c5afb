/** How near what a format answers must be to what the recommender does. */
import { expect } from 'vitest';
import type { Best } from './modelReader.js';

/** Within 1e-5 of what is expected, or of a tenth of the largest of the list: sums of large numbers of both signs come near 0. */
export function expectClose(actual: readonly number[], expected: ArrayLike<number>, what: string): void {
  expect({ what, length: actual.length }).toEqual({ what, length: expected.length });
  const largest = Math.max(0, ...Array.from(expected, Math.abs));
  const isClose = (value: number, i: number) =>
    Math.abs(value - expected[i]!) <= 1e-5 * Math.max(Math.abs(expected[i]!), largest / 10);
  const off = actual.findIndex((value, i) => !isClose(value, i));
  const found = { what, off, actual: actual[off], expected: expected[off] };
  expect(found).toEqual({ what, off: -1, actual: undefined, expected: undefined });
}

/** The same items in the same order, unless scores are that close. */
export function expectSameList(actual: readonly Best[], expected: readonly Best[], what: string): void {
  const scores = expected.map(({ score }) => score);
  expectClose(
    actual.map(({ score }) => score),
    scores,
    what,
  );
  const scoreOf = new Map(expected.map(({ item, score }) => [item, score]));
  for (const [i, { item }] of actual.entries()) {
    const own = scoreOf.get(item) ?? scores.at(-1)!;
    if (item !== expected[i]!.item) expectClose([own], [scores[i]!], `${what}: ${item} at ${i}`);
  }
}
