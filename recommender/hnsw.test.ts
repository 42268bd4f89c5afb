/** A folder with the graph that a run writes, and folders that have none or another one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenFiles, jsonBytes, readerOf } from '../test/support/recommender/describedFolder.js';
import { useWasm } from '../test/support/training/backend.js';
import { exportedModel } from '../test/support/training/exportedModel.js';
import { loadUsearch } from './approximate/usearch.js';
import { readItemIndex, type ItemIndexDocument } from './format/itemIndex.js';
import { hnsw } from './hnsw.js';
import { open } from './node.js';

beforeAll(useWasm);

const ITEMS = 2000;
/** There is no build of it for each system. */
const missing = await loadUsearch().then(
  () => '',
  (error: Error) => error.message,
);

/** With fewer candidates a search than a 64th of the items, so that the graph is asked. */
async function folderWithGraph(items = ITEMS): Promise<string> {
  const { directory } = await exportedModel(
    {
      features: {
        query: [{ column: 'user', transform: 'lookup', id: true, dim: 8 }],
        candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
      },
      model: { query: { layers: [] }, candidate: { layers: [] } },
      outputs: { formats: [], index: { type: 'hnsw', expansionSearch: 30 } },
    },
    Array.from({ length: 20 }, (_, i) => ({ user: `u${i}` })),
    Array.from({ length: items }, (_, i) => ({ item: `i${i}` })),
  );
  return directory;
}

async function folderOf(directory: string): Promise<Map<string, Uint8Array>> {
  const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
    files: { path: string }[];
  };
  const entries = files.map(async ({ path }) => [path, await readFile(join(directory, path))] as const);
  return new Map(await Promise.all(entries));
}

describe.skipIf(missing)(`a model that is opened with hnsw${missing && ` (skipped: ${missing})`}`, () => {
  it('recommends what the exact index does, nearly always, with the same scores and filters', async () => {
    const directory = await folderWithGraph();
    const [exact, quick] = [await open(directory), await open(directory, { index: hnsw })];
    let hits = 0;
    for (const user of exact.users) {
      const best = exact.recommend({ user }, { k: 10 });
      const found = quick.recommend({ user }, { k: 10 });
      const scores = new Map(best.map(({ item, score }) => [item, score]));
      for (const { item, score } of found) {
        if (scores.has(item)) expect(score).toBe(scores.get(item));
        hits += scores.has(item) ? 1 : 0;
      }
      // So few are left that all items are looked at.
      const where = (item: string) => item.endsWith('77');
      expect(quick.recommend({ user }, { k: 10, where })).toEqual(
        exact.recommend({ user }, { k: 10, where }),
      );
    }
    expect(hits / (10 * exact.users.length)).toBeGreaterThan(0.9);
    expect(quick.similar('i3', { k: 5 })).toEqual(exact.similar('i3', { k: 5 }));
    const all = exact.users.map((user) => ({ user }));
    expect(quick.recommendMany(all, { k: 10 })).toEqual(
      all.map((query) => quick.recommend(query, { k: 10 })),
    );
  });

  it('has its graph in the manifest, and one that was changed is refused', async () => {
    const directory = await folderWithGraph(70);
    const files = await folderOf(directory);
    expect([...files.keys()]).toEqual(expect.arrayContaining(['item_index.json', 'item_index.usearch']));
    await writeFile(join(directory, 'item_index.usearch'), 'else');
    await expect(open(directory, { index: hnsw })).rejects.toMatchObject({ code: 'mismatched-files' });
    // Who does not ask for it does not read it.
    expect((await open(directory)).recommend({ user: 'u1' })).toHaveLength(10);
    files.set('item_index.usearch', jsonBytes('else'));
    await expect(open(readerOf(files), { index: hnsw })).rejects.toMatchObject({ code: 'bad-document' });
  });

  it('is refused where the graph is of other items', async () => {
    const [files, other] = await Promise.all([70, 71].map(async (n) => folderOf(await folderWithGraph(n))));
    for (const path of ['item_index.json', 'item_index.usearch']) files!.set(path, other!.get(path)!);
    await expect(open(readerOf(files!), { index: hnsw })).rejects.toMatchObject({
      code: 'mismatched-files',
      message: expect.stringContaining(
        'is of 71 items of 8 numbers, with 71 of 71 points of 8 numbers in its graph, and the model has 70 of 8',
      ) as string,
    });
  });

  it('reads the description that trainers wrote before items shared points', async () => {
    const directory = await folderWithGraph();
    const files = await folderOf(directory);
    const { points, recalls, ...rest } = JSON.parse(
      new TextDecoder().decode(files.get('item_index.json')),
    ) as ItemIndexDocument;
    expect(points).toBe(ITEMS);
    expect(recalls.map(({ by }) => by)).toEqual(['items', 'directions']);
    const recall = { k: 100, queries: 250, value: 0.9 };
    const before = { ...rest, schemaVersion: 1, recall };
    files.set('item_index.json', jsonBytes(before));
    files.delete('manifest.json');
    const [now, then] = [
      await open(directory, { index: hnsw }),
      await open(readerOf(files), { index: hnsw }),
    ];
    expect(then.recommend({ user: 'u3' }, { k: 30 })).toEqual(now.recommend({ user: 'u3' }, { k: 30 }));
    expect(await readItemIndex(async () => jsonBytes(before))).toEqual({
      ...rest,
      points: ITEMS,
      recalls: [{ by: 'users', ...recall }],
    });
  });

  it('is refused where the folder has no graph, the model no vectors, or the option is no index', async () => {
    const of = (kind: string) => readerOf(goldenFiles(kind));
    await expect(open(of('retrieval'), { index: hnsw })).rejects.toMatchObject({
      code: 'not-of-this-model',
      message: expect.stringContaining('has no item_index.json: train with outputs') as string,
    });
    await expect(open(of('ranking'), { index: hnsw })).rejects.toMatchObject({ code: 'not-of-this-model' });
    const text: object = { index: 'hnsw' };
    await expect(open(of('retrieval'), text)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('index is the text "hnsw": give hnsw, which @trainyard') as string,
    });
    const misspelt: object = { indices: hnsw };
    await expect(open(of('retrieval'), misspelt)).rejects.toMatchObject({ code: 'bad-option' });
  });
});
