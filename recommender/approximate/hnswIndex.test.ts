import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainIndex } from '../search/plainIndex.js';
import { hnswIndex } from './hnswIndex.js';
import { sharedPoints } from './sharedPoints.js';
import { longestOf, unitItems, unitQuery } from './unitVectors.js';
import { loadUsearch, type Graph } from './usearch.js';

const WIDTH = 4;
/** There is no build of it for each system. */
const missing = await loadUsearch().then(
  () => '',
  (error: Error) => error.message,
);

/** By item, the first item of the same vector. */
function standInsOf(vectors: Float32Array): Uint32Array {
  const firsts = new Map<string, number>();
  return Uint32Array.from({ length: vectors.length / WIDTH }, (_, item) => {
    const key = vectors.subarray(item * WIDTH, (item + 1) * WIDTH).join();
    const first = firsts.get(key) ?? item;
    firsts.set(key, first);
    return first;
  });
}

/** A graph that finds all that it should, to the last: what is made of it must be what the exact index says. */
function wholeGraph(
  vectors: Float32Array,
  standIns?: Uint32Array,
): Pick<Graph, 'search'> & { asked: number[] } {
  const points = unitItems(vectors, WIDTH, longestOf(vectors, WIDTH), 0, vectors.length / WIDTH);
  const index = plainIndex(points, WIDTH + 1);
  const isEntered = standIns && ((item: number) => standIns[item] === item);
  const asked: number[] = [];
  return {
    asked,
    search(point, count) {
      asked.push(count);
      const keys = index.search(point, count, isEntered).map(({ index: key }) => BigInt(key));
      // A graph brings equal ones in no order.
      return { keys: BigUint64Array.from(keys.toReversed()) };
    },
  };
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
}

/** Whole numbers, so that many products are equal, and lengths that differ. */
function vectorsOf(items: number, seed: number, levels: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: items * WIDTH }, () => Math.round(next() * levels));
}

function indexOf(
  vectors: Float32Array,
  graph: Pick<Graph, 'search'>,
  expansionSearch: number,
  standIns?: Uint32Array,
) {
  const plain = plainIndex(vectors, WIDTH);
  const shared = standIns ? sharedPoints(standIns, vectors, WIDTH) : null;
  const parts = { graph, vectors, width: WIDTH, shared, expansionSearch };
  return { plain, index: hnswIndex({ ...parts, exact: () => plain }) };
}

describe('the index by a graph', () => {
  it('finds what the exact one does where the graph misses nothing: filters, equal scores and lists longer than the catalogue too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.constantFrom(1, 2, 3, 40, 2000),
        fc.constantFrom(0, 1, 3, 1000),
        fc.constantFrom(1, 2, 5, 400),
        fc.boolean(),
        (seed, k, levels, each, isShared) => {
          const vectors = vectorsOf(1500, seed, levels);
          const standIns = isShared ? standInsOf(vectors) : undefined;
          const { plain, index } = indexOf(vectors, wholeGraph(vectors, standIns), 5, standIns);
          const queries = [vectorsOf(1, seed + 1, 9), vectorsOf(1, seed + 2, 1000), new Float32Array(WIDTH)];
          const wishes = (row: number) => (row === 1 ? undefined : (item: number) => item % each === 0);
          expect(index.searchMany(queries, k, wishes)).toEqual(plain.searchMany(queries, k, wishes));
          expect(index.nearest(queries[1]!, k)).toEqual(plain.nearest(queries[1]!, k));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds all items of a point that it meets, those too whose vectors are equal as half floats alone', () => {
    const vectors = vectorsOf(6400, 5, 100_000);
    // Every third item is the first one, every seventh nearly so.
    for (let item = 1; item < 6400; item++) {
      if (item % 3 === 0) vectors.copyWithin(item * WIDTH, 0, WIDTH);
      else if (item % 7 === 0)
        vectors.set(
          vectors.subarray(0, WIDTH).map((x) => x * (1 + item * 1e-9)),
          item * WIDTH,
        );
    }
    const standIns = Uint32Array.from({ length: 6400 }, (_, item) => (item % 3 && item % 7 ? item : 0));
    const graph = wholeGraph(vectors, standIns);
    const { plain, index } = indexOf(vectors, graph, 20, standIns);
    for (const query of [
      vectors.slice(0, WIDTH),
      vectors.slice(0, WIDTH).map((x) => -x),
      vectorsOf(1, 6, 9),
    ]) {
      for (const wish of [undefined, (item: number) => item % 2 === 0])
        expect(index.search(query, 10, wish)).toEqual(plain.search(query, 10, wish));
    }
    expect(Math.max(...graph.asked)).toBeLessThan(100);
  });

  it('asks the graph for no more than it needs, and not at all where looking at all items is as fast', () => {
    const vectors = vectorsOf(6400, 5, 100_000);
    const graph = wholeGraph(vectors);
    const { index } = indexOf(vectors, graph, 20);
    const query = vectorsOf(1, 6, 100_000);
    index.search(query, 10);
    expect(graph.asked.splice(0)).toEqual([20]);
    index.search(query, 10, (item) => item % 3 === 0);
    expect(graph.asked.splice(0).length).toBeLessThan(3);
    index.search(query, 10, () => false);
    expect(graph.asked.splice(0)).toEqual([20]);
    index.search(query, 101);
    expect(graph.asked).toEqual([]);
  });

  it('looks at as many candidates in proportion for a longer list as for 100', () => {
    const vectors = vectorsOf(64_000, 5, 100_000);
    const graph = wholeGraph(vectors);
    indexOf(vectors, graph, 150).index.search(vectorsOf(1, 6, 100_000), 200);
    expect(graph.asked).toEqual([300]);
  });
});

describe('items of one length', () => {
  it('are the nearer to a query the higher their product is, zeros included', () => {
    const vectors = Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0, -5, 1, 0, 2, 0.5, 0, 0, 0);
    const points = unitItems(vectors, WIDTH, longestOf(vectors, WIDTH), 0, 4);
    const query = Float32Array.of(2, -1, 0.5, 1);
    const length = Math.hypot(...query);
    const point = unitQuery(query, length);
    for (let item = 0; item < 4; item++) {
      const own = points.subarray(item * 5, item * 5 + 5);
      expect(Math.hypot(...own)).toBeCloseTo(1, 6);
      const distance = own.reduce((sum, value, i) => sum + (value - point[i]!) ** 2, 0);
      const product = query.reduce((sum, value, i) => sum + value * vectors[item * WIDTH + i]!, 0);
      expect(distance).toBeCloseTo(2 - (2 * product) / (Math.sqrt(30) * length), 5);
    }
    expect(longestOf(new Float32Array(8), WIDTH)).toBe(1);
  });
});

describe('usearch', () => {
  it.skipIf(missing)(
    `finds nearly all of the best, and equal items make equal graphs${missing && ` (skipped: ${missing})`}`,
    async () => {
      const vectors = vectorsOf(8000, 7, 1000);
      const next = random(8);
      for (let item = 0; item < 8000; item++) {
        const size = 0.2 + next() + 0.5;
        for (let i = 0; i < WIDTH; i++) vectors[item * WIDTH + i]! *= size;
      }
      const { graph: graphOf } = await loadUsearch();
      const shape = { dimensions: WIDTH + 1, connectivity: 16, expansionAdd: 64, expansionSearch: 64 };
      const built = () => {
        const graph = graphOf(shape);
        const keys = BigUint64Array.from({ length: 8000 }, (_, i) => BigInt(i));
        graph.add(keys, unitItems(vectors, WIDTH, longestOf(vectors, WIDTH), 0, 8000), 1);
        return graph;
      };
      const [one, other] = [built(), built()].map((graph) => indexOf(vectors, graph, 100));
      let hits = 0;
      for (let i = 0; i < 20; i++) {
        const query = Float32Array.from({ length: WIDTH }, next);
        const found = one!.index.search(query, 10);
        expect(other!.index.search(query, 10)).toEqual(found);
        const best = new Set(one!.plain.search(query, 10).map(({ index }) => index));
        hits += found.filter(({ index }) => best.has(index)).length;
      }
      expect(hits / 200).toBeGreaterThan(0.98);
    },
  );

  it('says how to get it where it is not installed', async () => {
    const none = async () => Promise.reject(new Error("Cannot find package 'usearch'\nimported from x"));
    await expect(loadUsearch(none)).rejects.toMatchObject({
      code: 'missing-package',
      message:
        'an index of the type "hnsw" needs the package usearch, which cannot be loaded (Cannot find package \'usearch\'): npm install usearch@2.25.3 (it has builds for Linux and macOS, on x64 and arm64), or use the exact index, which needs no package',
    });
  });
});
