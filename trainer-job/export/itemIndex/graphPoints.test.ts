import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphPoints, half } from './graphPoints.js';

describe('the half float next to a number', () => {
  it.each([
    [0, 0],
    [-0, 0],
    [1, 1],
    [1 / 3, 0.333251953125],
    [-1 / 3, -0.333251953125],
    // A tie goes to the even one.
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [3.1 * 2 ** -24, 3 * 2 ** -24],
    [-3.1 * 2 ** -24, -3 * 2 ** -24],
    [2 ** -26, 0],
  ])('of %d is %d', (value, expected) => {
    expect(half(Math.fround(value))).toBe(expected);
  });
});

describe('the points of a graph', () => {
  it('are the vectors that differ as half floats, each for the first item that has it', () => {
    const number = fc.constantFrom(0, -0, 1, 0.5, -0.5, 1e-9, 0.5 + 1e-7);
    const vectors = fc.array(fc.tuple(number, number), { maxLength: 60 });
    fc.assert(
      fc.property(vectors, (rows) => {
        const points = rows.map((row) => Float32Array.from(row));
        const graph = new GraphPoints(points.length, (item) => points[item]!);
        const keys = points.map((point) => Array.from(point, half).join());
        for (const [item, point] of points.entries())
          expect(graph.add(item, point)).toBe(keys.indexOf(keys[item]!) === item);
        expect([...graph.standIns]).toEqual(keys.map((key) => keys.indexOf(key)));
        expect(graph.count).toBe(new Set(keys).size);
      }),
    );
  });
});
