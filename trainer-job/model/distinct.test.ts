import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distinctFinder } from './distinct.js';

it('names each value once, points every element at its value and counts it, call after call', () => {
  const find = distinctFinder(10);
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (numbers) => {
      const { values, position, counts } = find(Int32Array.from(numbers));
      expect(Array.from(values)).toEqual([...new Set(numbers)]);
      expect(Array.from(position, (at) => values[at])).toEqual(numbers);
      expect(Array.from(counts)).toEqual(
        Array.from(values, (value) => numbers.filter((n) => n === value).length),
      );
    }),
  );
});
