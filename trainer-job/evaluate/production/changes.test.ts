import { describe, expect, it } from 'vitest';
import { changesSchema } from '@trainyard/shared/evaluation/changes';
import { changesOf } from './changes.js';

const ABOUT = { production: { version: 3, uri: 'gs://b/m' }, missingItems: 1, k: 2 };

describe('what a release would change', () => {
  it('is how alike lists are, and which items enter and leave most of them', () => {
    const found = changesOf(
      [
        { before: ['a', 'b'], after: ['a', 'b'] },
        { before: ['a', 'b'], after: ['b', 'a'] },
        { before: ['a', 'b'], after: ['c', 'd'] },
        { before: ['a', 'e'], after: ['c', 'e'] },
      ],
      ABOUT,
    );
    expect(changesSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      users: 4,
      overlap: (1 + 1 + 0 + 0.5) / 4,
      unchangedLists: 0.25,
      entering: [
        { item: 'c', before: 0, after: 2 },
        { item: 'd', before: 0, after: 1 },
      ],
      leaving: [
        { item: 'a', before: 4, after: 2 },
        { item: 'b', before: 3, after: 2 },
      ],
    });
    // 1, 0.9 as two items change places, 0, and of one item in the second place: (1 - p) p / 2 + p² / 2 with p = 0.9.
    expect(found.rankBiasedOverlap).toBeCloseTo((1 + 0.9 + 0 + 0.45) / 4, 12);
  });

  it('names at most twenty items each way', () => {
    const before = Array.from({ length: 30 }, (_, i) => `b${i}`);
    const after = Array.from({ length: 30 }, (_, i) => `a${i}`);
    const { entering, leaving } = changesOf([{ before, after }], ABOUT);
    expect([entering.length, leaving.length]).toEqual([20, 20]);
  });
});
