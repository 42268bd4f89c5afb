/** Graphs of catalogues that no training should make, and some do: what is asked of them is what the exact index answers. */
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadUsearch } from '@trainyard/recommender/approximate/usearch';
import { hnsw } from '@trainyard/recommender/hnsw';
import { plainIndex } from '@trainyard/recommender/search/plainIndex';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { bytesOf } from '../../data/typedFiles.js';
import { fillNormal, randomFor } from '../../model/random.js';
import { writeItemIndex } from './writeItemIndex.js';

/** Just so many that the graph is asked for 100. */
const [ITEMS, WIDTH] = [7100, 4];
/** There is no build of it for each system. */
const missing = await loadUsearch().then(
  () => '',
  (error: Error) => error.message,
);

function vectorsOf(count: number, name: string): Float32Array {
  const vectors = new Float32Array(count * WIDTH);
  fillNormal(vectors, 1, randomFor(1, name));
  return vectors;
}

/** The item at each place is that of another place. */
function itemsFrom(placeOf: (item: number) => number): Float32Array {
  const drawn = vectorsOf(ITEMS, 'items');
  return drawn.map((_, i) => drawn[placeOf(Math.floor(i / WIDTH)) * WIDTH + (i % WIDTH)]!);
}

const keepNothing = async () => Promise.resolve(undefined);

async function graphOf(vectors: Float32Array, users: Float32Array) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'user_vectors.f32'), bytesOf(users));
  const spec = trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    outputs: { index: { type: 'hnsw', expansionSearch: 110, expansionAdd: 32 } },
  });
  const between = async () => {};
  const document = await writeItemIndex({ spec, itemVectors: vectors, width: WIDTH, folder, between });
  const plain = plainIndex(vectors, WIDTH);
  let exactAsked = 0;
  const index = await hnsw.open({
    has: async (path) =>
      access(join(folder, path)).then(
        () => true,
        () => false,
      ),
    read: async (path) => readFile(join(folder, path)),
    keep: keepNothing,
    vectors,
    width: WIDTH,
    exact: () => {
      exactAsked++;
      return plain;
    },
  });
  return { folder, document: document!, index, plain, exactAsked: () => exactAsked };
}

const WISHES = [undefined, (item: number) => item % 7 > 0, (item: number) => item > ITEMS - 30];
const queries = vectorsOf(10, 'queries');
const queryAt = (i: number) => queries.slice(i * WIDTH, (i + 1) * WIDTH);

describe.skipIf(missing)(`the graph of a catalogue${missing && ` (skipped: ${missing})`}`, () => {
  it.each([
    ['of one item', 1, vectorsOf(1, 'items')],
    ['whose items are all equal', 1, itemsFrom(() => 0)],
    ['whose items are all zeros', 1, new Float32Array(ITEMS * WIDTH)],
    ['of two vectors', 2, itemsFrom((item) => item % 2)],
    ['of which 99 % are one item', 71, itemsFrom((item) => (item % 100 ? 0 : item))],
  ])('%s answers as the exact index does', async (_name, points, vectors) => {
    const { document, index, plain } = await graphOf(vectors, vectorsOf(20, 'users'));
    expect(document.points).toBe(points);
    for (const { value } of document.recalls) expect(value).toBe(1);
    for (let i = 0; i < 10; i++) {
      for (const wish of WISHES) {
        for (const k of [1, 90, 100, ITEMS])
          expect(index.search(queryAt(i), k, wish)).toEqual(plain.search(queryAt(i), k, wish));
      }
    }
    expect(index.nearest(queryAt(0), 10)).toEqual(plain.nearest(queryAt(0), 10));
  });

  it('of which half are zeros finds these where they are the best, and those where they are not', async () => {
    const all = vectorsOf(ITEMS, 'items').map(Math.abs);
    const vectors = all.map((value, i) => (Math.floor(i / WIDTH) % 2 ? value : 0));
    const { document, index, plain, exactAsked } = await graphOf(
      vectors,
      vectorsOf(20, 'users').map(Math.abs),
    );
    expect(document).toMatchObject({ items: ITEMS, points: ITEMS / 2 + 1 });
    let [hits, all100] = [0, 0];
    for (let i = 0; i < 10; i++) {
      const worst = queryAt(i).map((value) => -Math.abs(value));
      const asked = exactAsked();
      expect(index.search(worst, 90)).toEqual(plain.search(worst, 90));
      expect(exactAsked()).toBe(asked);
      expect(index.search(worst, 90, WISHES[1])).toEqual(plain.search(worst, 90, WISHES[1]));
      const best = new Set(plain.search(queryAt(i), 100).map(({ index: item }) => item));
      hits += index.search(queryAt(i), 100).filter(({ index: item }) => best.has(item)).length;
      all100 += best.size;
    }
    expect(hits / all100).toBeGreaterThan(0.95);
    expect(document.recalls.map(({ by }) => by)).toEqual(['users', 'items', 'directions']);
  });

  it('enters items once whose vectors are equal as half floats', async () => {
    const vectors = vectorsOf(ITEMS, 'items').map((value, i) => (i < WIDTH * 50 ? value : value * 1e-9));
    const { document, index, plain } = await graphOf(vectors, vectorsOf(20, 'users'));
    expect(document.points).toBe(51);
    for (let i = 0; i < 10; i++) expect(index.search(queryAt(i), 100)).toEqual(plain.search(queryAt(i), 100));
  });

  it('is refused where the file of shared points is of another graph', async () => {
    const vectors = itemsFrom((item) => item % 2);
    const { folder } = await graphOf(vectors, vectorsOf(2, 'users'));
    const path = join(folder, 'item_index_points.u32');
    const open = async (numbers: Uint32Array) => {
      await writeFile(path, bytesOf(numbers));
      return hnsw.open({
        has: async () => true,
        read: async (name) => readFile(join(folder, name)),
        keep: keepNothing,
        vectors,
        width: WIDTH,
        exact: () => plainIndex(vectors, WIDTH),
      });
    };
    const message = expect.stringContaining('item_index_points.u32') as string;
    for (const placeOf of [
      () => 0,
      (i: number) => i % 3,
      (i: number) => Math.max(0, i - 2),
      (i: number) => i + 1,
    ])
      await expect(open(Uint32Array.from({ length: ITEMS }, (_, i) => placeOf(i)))).rejects.toMatchObject({
        code: 'mismatched-files',
        message,
      });
    await expect(open(new Uint32Array(3))).rejects.toMatchObject({ code: 'mismatched-files', message });
  });
});
