import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countHigher } from './ranks.js';
import { RecallCounter } from './recall.js';

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

it('recall at K is the share of rows with a rank below K', () => {
  const recall = new RecallCounter([1, 5]);
  recall.add(0, 2);
  recall.add(4, 1);
  recall.add(5, 1);
  expect(recall.metrics('test')).toEqual({ test_recall_at_1: 0.5, test_recall_at_5: 0.75 });
  expect(new RecallCounter([1]).metrics('test')).toEqual({});
});
