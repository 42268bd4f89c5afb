/** What a format answers, held against the recommender by `scoresAgree`. */
import { expect } from 'vitest';
import { scoresAgree, type Closeness } from '../support/formats/scoresAgree.js';
import type { Best } from './modelReader.js';

/** `sizeOf` is what the number at a place is made of. */
export function expectClose(
  actual: readonly number[],
  expected: ArrayLike<number>,
  closeness: Closeness,
  what: string,
  sizeOf: (place: number) => number = () => 0,
): void {
  expect({ what, length: actual.length }).toEqual({ what, length: expected.length });
  const off = actual.findIndex((value, i) => !scoresAgree(value, expected[i]!, closeness, sizeOf(i)));
  const found = { what, off, actual: actual[off], expected: expected[off] };
  expect(found).toEqual({ what, off: -1, actual: undefined, expected: undefined });
}

export function expectSameVector(
  actual: readonly number[],
  expected: Float32Array,
  closeness: Closeness,
  what: string,
): void {
  const length = Math.hypot(...expected);
  expectClose(actual, expected, closeness, what, () => length);
}

/**
 * The first of `ranked`, which are all items of a query, best first: the same items in the same order, unless their scores are that close. Equal ones
 * are in the order of the catalogue; but where float32 makes the vectors of two equal items, they may differ in their last digits.
 */
export function expectSameList(
  actual: readonly Best[],
  ranked: readonly Best[],
  k: number,
  closeness: Closeness,
  what: string,
  sizeOf: (item: string) => number,
): void {
  const expected = ranked.slice(0, k);
  const scores = expected.map(({ score }) => score);
  expectClose(
    actual.map(({ score }) => score),
    scores,
    closeness,
    what,
    (i) => sizeOf(expected[i]!.item),
  );
  const scoreOf = new Map(ranked.map(({ item, score }) => [item, score]));
  const isInPlace = ({ item }: Best, i: number) => {
    if (item === expected[i]!.item) return true;
    const own = scoreOf.get(item);
    const isTie = own === scores[i] && closeness.precision === 'double';
    return own !== undefined && !isTie && scoresAgree(own, scores[i]!, closeness, sizeOf(item));
  };
  const off = actual.findIndex((one, i) => !isInPlace(one, i));
  const found = { what, off, actual: actual[off], expected: expected[off] };
  expect(found).toEqual({ what, off: -1, actual: undefined, expected: undefined });
}
