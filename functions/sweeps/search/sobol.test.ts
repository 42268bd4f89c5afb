import { inferSpace, randomFor, type Space } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { quasiRandomParameters } from './quasiRandom.js';
import { randomParameters } from './random.js';
import { MOST_DIMENSIONS, sobolCoordinate } from './sobol.js';

/** The centred discrepancy of points in the unit cube, squared (Hickernell, 1998): how unevenly they lie. */
function discrepancy(points: readonly number[][]): number {
  const [n, d] = [points.length, points[0]!.length];
  const product = (factor: (k: number) => number) => {
    let all = 1;
    for (let k = 0; k < d; k++) all *= factor(k);
    return all;
  };
  const off = (x: number) => Math.abs(x - 0.5);
  let [one, two] = [0, 0];
  for (const x of points) {
    one += product((k) => 1 + off(x[k]!) / 2 - off(x[k]!) ** 2 / 2);
    for (const y of points)
      two += product((k) => 1 + off(x[k]!) / 2 + off(y[k]!) / 2 - Math.abs(x[k]! - y[k]!) / 2);
  }
  return (13 / 12) ** d - (2 / n) * one + two / n ** 2;
}

const pointsOf = (count: number, dimensions: number, seed?: number) =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: dimensions }, (__, k) =>
      sobolCoordinate(k, i, seed === undefined ? undefined : randomFor(seed, `dimension ${k}`)),
    ),
  );

describe("Sobol's sequence", () => {
  it('has the points of SciPy 1.17, unscrambled', () => {
    expect(pointsOf(6, 4)).toEqual([
      [0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25],
      [0.25, 0.75, 0.75, 0.75],
      [0.375, 0.375, 0.625, 0.875],
      [0.875, 0.875, 0.125, 0.375],
    ]);
    expect([0, 1, 2, 50, 99].map((k) => sobolCoordinate(k, 1023))).toEqual([
      0.0009765625, 0.7529296875, 0.6123046875, 0.2587890625, 0.5302734375,
    ]);
    expect([3, 7, 20, 98].map((k) => sobolCoordinate(k, 777))).toEqual([
      0.2744140625, 0.7626953125, 0.2373046875, 0.0849609375,
    ]);
    expect(discrepancy(pointsOf(64, 3))).toBeCloseTo(0.0005947820123695102, 12);
  });

  it('has one point in each part of an axis, scrambled too', () => {
    for (const k of [0, 1, 5, MOST_DIMENSIONS - 1]) {
      const random = () => randomFor(3, `dimension ${k}`);
      const parts = Array.from({ length: 64 }, (_, i) => Math.floor(sobolCoordinate(k, i, random()) * 64));
      expect(new Set(parts).size).toBe(64);
    }
  });

  it('lies evenly, whatever the seed of its scrambling, which moves every point', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const scrambled = pointsOf(64, 3, seed);
      const drawn = Array.from({ length: 64 }, (_, i) =>
        [0, 1, 2].map((k) => randomFor(seed, `${i} ${k}`)()),
      );
      expect(discrepancy(scrambled)).toBeLessThan(discrepancy(drawn) / 5);
      expect(scrambled).not.toEqual(pointsOf(64, 3, seed + 10));
    }
  });
});

describe('quasi-random search', () => {
  it('takes each value of a list equally often, where random search does not', () => {
    const space: Space = inferSpace({ a: ['p', 'q', 'r', 's'], b: { min: 1, max: 8 } });
    const counts = (draw: (number: number) => { a?: unknown }) => {
      const values = Array.from({ length: 16 }, (_, i) => draw(i + 1).a);
      return ['p', 'q', 'r', 's'].map((value) => values.filter((own) => own === value).length);
    };
    expect(counts((number) => quasiRandomParameters(space, 5, number))).toEqual([4, 4, 4, 4]);
    expect(counts((number) => randomParameters(space, 5, number))).not.toEqual([4, 4, 4, 4]);
  });
});
