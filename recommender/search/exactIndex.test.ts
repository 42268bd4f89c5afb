import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IsWanted } from './itemIndex.js';
import { plainIndex } from './plainIndex.js';
import { scannedIndex } from './scannedIndex.js';

/** Few distinct numbers, so that scores are equal; and some that a scale of one byte can hardly hold. */
const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 1013),
  fc.constantFrom(0, 1e-6, 1e6),
);
const floats = (count: number) =>
  fc.array(number, { minLength: count, maxLength: count }).map((values) => Float32Array.from(values));
const catalogue = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 90 }))
  .chain(([width, items]) =>
    fc.record({
      width: fc.constant(width),
      vectors: floats(width * items),
      queries: fc.array(floats(width), { minLength: 1, maxLength: 9 }),
      k: fc.integer({ min: 1, max: 95 }),
      isWanted: fc.func(fc.boolean()),
    }),
  );

/** A catalogue of many blocks, in groups of items that are alike. */
function grouped(items: number, width: number) {
  let state = 7;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  const centres = Array.from({ length: 20 * width }, next);
  const vectors = Float32Array.from(
    { length: items * width },
    (_, i) => centres[(Math.floor(i / width) % 20) * width + (i % width)]! + next() * 0.2,
  );
  return { vectors, queries: Array.from({ length: 40 }, () => Float32Array.from({ length: width }, next)) };
}

describe('the scanned index', () => {
  it('finds what the plain one does, equal scores, filters and cosines included', () => {
    fc.assert(
      fc.property(catalogue, ({ width, vectors, queries, k, isWanted }) => {
        const [plain, scanned] = [plainIndex(vectors, width), scannedIndex(vectors, width)!];
        const wishes = (row: number) => (row === 1 ? undefined : isWanted);
        expect(scanned.searchMany(queries, k, wishes)).toEqual(plain.searchMany(queries, k, wishes));
        expect(scanned.search(queries[0]!, k)).toEqual(plain.search(queries[0]!, k));
        expect(scanned.nearest(queries[0]!, k, isWanted)).toEqual(plain.nearest(queries[0]!, k, isWanted));
      }),
      { numRuns: 40 },
    );
  });

  it('finds them in many blocks, for more queries than have room at once, by asking about few', () => {
    const { vectors, queries } = grouped(30_000, 32);
    const [plain, scanned] = [plainIndex(vectors, 32), scannedIndex(vectors, 32)!];
    const all = scanned.searchMany(queries, 50, () => undefined);
    for (const [row, query] of queries.entries()) {
      if (row % 8 === 0) expect(all[row]).toEqual(plain.search(query, 50));
    }
    let asked = 0;
    scanned.search(queries[0]!, 50, () => ++asked > 0);
    expect(asked).toBeLessThan(3000);
    expect(scanned.nearest(queries[1]!, 50)).toEqual(plain.nearest(queries[1]!, 50));
    expect(scanned.search(queries[1]!, 50)).toEqual(plain.search(queries[1]!, 50));
  });

  it.each([1, 7, 24])('finds them of %i numbers whatever share of the items is wanted', (width) => {
    const { vectors, queries } = grouped(37_001, width);
    const [plain, scanned] = [plainIndex(vectors, width), scannedIndex(vectors, width)!];
    const some = queries.slice(0, 6);
    const best = plain.searchMany(some, 200, () => undefined);
    const wishes: readonly (IsWanted | undefined)[] = [
      undefined,
      (item) => item % 4 > 0,
      (item) => item % 97 === 0,
      (item) => item === 36_999,
      // The lists of somebody who has what is best.
      (item) => !best[4]!.some(({ index }) => index === item),
      () => false,
    ];
    for (const k of [1, 100, 3000]) {
      const wished = (row: number) => wishes[row];
      expect(scanned.searchMany(some, k, wished)).toEqual(plain.searchMany(some, k, wished));
    }
  });

  it('leaves queries to the plain one that have no direction, and catalogues that no code can bound', () => {
    const { vectors } = grouped(1000, 8);
    const [plain, scanned] = [plainIndex(vectors, 8), scannedIndex(vectors, 8)!];
    for (const value of [0, NaN, Infinity, 1e-38]) {
      const query = new Float32Array(8).fill(value);
      expect(scanned.search(query, 9)).toEqual(plain.search(query, 9));
      expect(scanned.nearest(query, 9)).toEqual(plain.nearest(query, 9));
    }
    expect(scannedIndex(Float32Array.of(1, 2, NaN, 4), 2)).toBeUndefined();
    expect(scannedIndex(Float32Array.of(1, 2, 1e30, 4), 2)).toBeUndefined();
  });

  it('is none where the machine has no WebAssembly, which the exact index can do without', () => {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: unknown };
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    try {
      expect(scannedIndex(Float32Array.of(1, 2, 3, 4), 2)).toBeUndefined();
    } finally {
      Object.assign(globalThis, { WebAssembly });
    }
  });
});
