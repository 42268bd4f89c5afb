import { hnswIndex } from '@trainyard/recommender/approximate/hnswIndex';
import { plainIndex } from '@trainyard/recommender/search/plainIndex';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../model/random.js';
import { measureRecall } from './measureRecall.js';

const [ITEMS, USERS, WIDTH] = [20_000, 30, 4];
const next = randomFor(3, 'items and users');
const draw = (count: number) => Float32Array.from({ length: count * WIDTH }, () => next() - 0.5);
const itemVectors = draw(ITEMS);
const exact = plainIndex(itemVectors, WIDTH);

/** A graph that finds the best `count` but for each so-manieth. */
const missing = (each: number) => ({
  search: (point: Float32Array, count: number) => {
    const found = exact.search(point.subarray(0, WIDTH), count);
    const kept = found.filter((_, i) => i % each !== each - 1).map(({ index }) => BigInt(index));
    return { keys: BigUint64Array.from(kept) };
  },
});

function measured(each: number, users: Float32Array, index: { recall: number; expansionSearch?: number }) {
  const graph = { ...missing(each), add() {}, size: () => ITEMS, dimensions: () => WIDTH + 1 };
  return measureRecall({
    graph: { ...graph, connectivity: () => 16, save() {}, load() {} },
    index: { expansionSearch: undefined, ...index },
    itemVectors,
    width: WIDTH,
    shared: null,
    users,
    random: randomFor(1, 'users'),
    between: async () => {},
  });
}

describe('the recall of a graph', () => {
  it('is the share of the 100 best that it finds, of users who chose nothing', async () => {
    const users = draw(USERS);
    expect(await measured(10, users, { recall: 0.9, expansionSearch: 200 })).toEqual({
      expansionSearch: 200,
      recalls: [
        { by: 'users', k: 100, queries: USERS / 2, value: 0.9 },
        { by: 'items', k: 100, queries: 250, value: 0.9 },
        { by: 'directions', k: 100, queries: 250, value: 0.9 },
      ],
    });
    const { search } = hnswIndex({
      graph: missing(10),
      vectors: itemVectors,
      width: WIDTH,
      shared: null,
      expansionSearch: 200,
      exact: () => exact,
    });
    const user = users.subarray(0, WIDTH);
    const best = new Set(exact.search(user, 100).map(({ index }) => index));
    expect(search(user, 100).filter(({ index }) => best.has(index))).toHaveLength(90);
  });

  it('chooses the fewest candidates that reach what is asked for, and the most where none do', async () => {
    const users = draw(USERS);
    expect(await measured(Infinity, users, { recall: 0.99 })).toMatchObject({
      expansionSearch: 100,
      recalls: [{ by: 'users', value: 1 }, {}, {}],
    });
  });

  it('is not measured by users where none has a vector, and of one user is that of this one', async () => {
    const none = await measured(10, new Float32Array(3 * WIDTH), { recall: 0.9 });
    expect(none.recalls.map(({ by }) => by)).toEqual(['items', 'directions']);
    expect((await measured(10, draw(1), { recall: 0.9 })).recalls[0]).toMatchObject({
      by: 'users',
      queries: 1,
    });
  });
});
