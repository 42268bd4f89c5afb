import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countHigher } from './ranks.js';

const scores = fc.array(
  fc.integer({ min: -5, max: 5 }).map((n) => n / 4),
  { minLength: 1 },
);

it('counts for each threshold the scores strictly higher, ties and repeated thresholds included', () => {
  fc.assert(
    fc.property(scores, scores, (all, thresholds) => {
      const expected = thresholds.map((threshold) => all.filter((score) => score > threshold).length);
      expect(Array.from(countHigher(Float32Array.from(all), Float32Array.from(thresholds)))).toEqual(
        expected,
      );
    }),
  );
});
