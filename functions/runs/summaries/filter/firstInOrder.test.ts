import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstInOrder } from './firstInOrder.js';

it('gives what sorting all of them would begin with, equals in the order in which they came', () => {
  const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat()), { maxLength: 60 });
  fc.assert(
    fc.property(entries, fc.integer({ min: 0, max: 70 }), (all, most) => {
      const compare = ([a]: [number, number], [b]: [number, number]) => a - b;
      expect(firstInOrder(all, compare, most)).toEqual(all.toSorted(compare).slice(0, most));
    }),
  );
});
