import { describe, expect, it } from 'vitest';
import { targetSchema } from '@trainyard/shared';
import { decodedTarget, encodedTarget } from '@trainyard/recommender/encode/target';
import { fitTarget } from './fitTarget.js';

const numbers = Float64Array.of(1, 2, 3, 4, 100);
const fit = (parts: object) => fitTarget(targetSchema.parse({ column: 'rating', ...parts }), numbers);

describe('a target', () => {
  it.each([{}, { log1p: true }, { normalize: true }, { log1p: true, normalize: true }])(
    'as %o comes back in its own units',
    (parts) => {
      const fitted = fit(parts);
      for (const value of [-3, 0, 0.5, 42]) {
        expect(decodedTarget(fitted, encodedTarget(fitted, value))).toBeCloseTo(value, 9);
      }
    },
  );

  it('as its logarithm comes back finite, however far out a prediction is', () => {
    const fitted = fit({ log1p: true });
    for (const far of [710, 1e30, Infinity]) {
      expect(decodedTarget(fitted, far)).toBeGreaterThan(1.7e308);
      expect(decodedTarget(fitted, far)).toBeLessThan(Infinity);
      expect(decodedTarget(fitted, -far)).toBe(-decodedTarget(fitted, far));
    }
    expect(decodedTarget(fitted, NaN)).toBeNaN();
  });

  it('is standardised by the training rows', () => {
    const fitted = fit({ normalize: true });
    expect(fitted.mean).toBe(22);
    expect(encodedTarget(fitted, 22)).toBe(0);
    expect(encodedTarget(fitted, 22 + fitted.std)).toBeCloseTo(1, 12);
  });

  it('is drawn in to quantiles of the training rows', () => {
    const fitted = fit({ clip: [0, 0.75] });
    expect(fitted.clip).toEqual([1, 4]);
    expect([0, 3, 100].map((value) => encodedTarget(fitted, value))).toEqual([1, 3, 4]);
  });

  it('with a threshold is 0 or 1, and predictions of it stay shares', () => {
    const fitted = fit({ threshold: 3 });
    expect([2.9, 3, 5].map((value) => encodedTarget(fitted, value))).toEqual([0, 1, 1]);
    expect(decodedTarget(fitted, 0.25)).toBe(0.25);
  });
});
