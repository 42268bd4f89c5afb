import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kthLargest } from './kthLargest.js';

describe('kthLargest', () => {
  it('is what stands there when all are sorted, equal ones and infinities included', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.constant(-Infinity),
      fc.float({ noNaN: true }),
    );
    const some = fc.tuple(fc.array(number, { minLength: 1, maxLength: 60 }), fc.nat(59));
    fc.assert(
      fc.property(some, ([numbers, drawn]) => {
        const values = Float32Array.from(numbers);
        const place = drawn % values.length;
        const expected = values.toSorted((a, b) => b - a)[place]!;
        // Positive and negative zeros are equal.
        expect(kthLargest(values, values.length, place + 1) === expected).toBe(true);
      }),
    );
  });

  it('looks at none beyond the count', () => {
    expect(kthLargest(Float32Array.of(1, 3, 2, 9), 3, 1)).toBe(3);
  });
});
