import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recommendWishes, similarWishes, type Shelf } from './options.js';

const SIZE = 100;
const ids = Array.from({ length: SIZE }, (_, i) => `i${i}`);
const shelf = (seen: readonly number[]): Shelf => ({
  catalogue: { size: SIZE, ids, idAt: (index) => ids[index]!, indexOf: (item) => ids.indexOf(String(item)) },
  columns: [],
  users: {
    texts: { size: 0, at: () => '', all: () => [] },
    placeOf: () => 0,
    filled: (query) => query,
  },
  seenBy: () => Uint32Array.from(seen),
});
const places = fc.array(fc.integer({ min: 0, max: SIZE - 1 }), { maxLength: 60 });
const every = Array.from({ length: SIZE }, (_, i) => i);

describe('what a request leaves out', () => {
  it('is what is named, what the user has and what a test refuses, and nothing else', () => {
    fc.assert(
      fc.property(places, places, fc.boolean(), fc.boolean(), (named, seen, leavesSeen, isTested) => {
        const { wantedBy } = recommendWishes(shelf(seen), {
          exclude: { seen: leavesSeen, items: [...named.map((i) => ids[i]!), 'nobody knows it'] },
          ...(isTested && { where: (item: string) => item.endsWith('7') }),
        });
        const wanted = wantedBy({});
        const left = every.filter((i) => wanted?.(i) ?? true);
        expect(left).toEqual(
          every.filter(
            (i) => !named.includes(i) && !(leavesSeen && seen.includes(i)) && (!isTested || i % 10 === 7),
          ),
        );
      }),
    );
  });

  it('is the item itself where others like it are wanted, and nothing for one that is not in the catalogue', () => {
    expect(every.filter((i) => !similarWishes(shelf([]), {}, 64).isWanted?.(i))).toEqual([64]);
    expect(similarWishes(shelf([]), {}, -1).isWanted).toBeUndefined();
  });
});
