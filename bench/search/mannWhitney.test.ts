import { expect, it } from 'vitest';
import { pBelow } from './mannWhitney.js';

it("the test of Mann and Whitney has SciPy's p-values, with ties too", () => {
  expect(pBelow([1, 2, 3, 4, 5], [3.5, 4.5, 6, 7, 8])).toBeCloseTo(0.030051402969433157, 9);
  expect(pBelow([1, 2, 2, 3, 3], [2, 3, 3, 4])).toBeCloseTo(0.12043699518148426, 9);
  expect(pBelow([4, 5, 6], [1, 2, 3])).toBeCloseTo(0.9854518341293739, 9);
  expect(pBelow([1, 1], [1, 1])).toBe(1);
});
