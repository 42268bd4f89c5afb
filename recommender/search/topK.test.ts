import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topK } from './topK.js';

describe('topK', () => {
  it('is what sorting all scores gives, the lower index first among equal ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.func(fc.boolean()),
        (scores, k, isWanted) => {
          const expected = scores
            .map((score, index) => ({ score, index }))
            .filter(({ index }) => isWanted(index))
            .toSorted((a, b) => b.score - a.score || a.index - b.index)
            .slice(0, k);
          expect(topK(scores, k, isWanted)).toEqual(expected);
        },
      ),
    );
  });

  it('asks about no more places than may be among the best', () => {
    const asked: number[] = [];
    const descending = Array.from({ length: 1000 }, (_, i) => -i);
    topK(descending, 3, (index) => asked.push(index) > 0);
    expect(asked).toEqual([0, 1, 2]);
  });
});
