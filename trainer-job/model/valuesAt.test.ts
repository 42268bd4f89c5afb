import { expect, it } from 'vitest';
import { valuesAt } from './valuesAt.js';

it('reads values at places in any order and as often as they are named, as numbers of their kind', () => {
  const places = Int32Array.of(2, 0, 2);
  expect(valuesAt(Float32Array.of(0.5, 1.5, 2.5), places)).toEqual(Float32Array.of(2.5, 0.5, 2.5));
  expect(valuesAt(Int32Array.of(7, 8, 9), places)).toEqual(Int32Array.of(9, 7, 9));
  expect(valuesAt(Int32Array.of(7), new Int32Array())).toEqual(new Int32Array());
});
