import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ITEM_INDEX_FILES, USER_VECTORS_FILE } from '@trainyard/recommender/format/files';
import type { ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import { hnsw } from '@trainyard/recommender/hnsw';
import { open } from '@trainyard/recommender/node';
import { trainingSpecSchema } from '@trainyard/shared';
import { bytesOf } from '@trainyard/trainer-job/data/typedFiles';
import { writeItemIndex } from '@trainyard/trainer-job/export/itemIndex/writeItemIndex';
import { median, type Bench, type BenchResult } from '../bench.js';
import { printProgress } from '../progress.js';
import { madeUpFolder } from './madeUpFolder.js';
import { trainedItems, type TrainedItems } from './trainedMillion.js';

const [ITEMS, WIDTH, USERS, K] = [1_000_000, 64, 1000, 100];
const [LEAST_RECALL, LEAST_SPEEDUP] = [0.99, 10];
const REQUESTS = 300;

export const serveHnsw: Bench = {
  name: 'serve-hnsw',
  claim: `of the top ${K} of a million items of 64 the graph finds ${LEAST_RECALL * 100} %, ${LEAST_SPEEDUP} times as fast as the exact index`,
  async run(): Promise<BenchResult> {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-hnsw-'));
    try {
      const items = await trainedItems(folder, { items: ITEMS, width: WIDTH, users: USERS });
      const written = await writeFolder(join(folder, 'million'), items);
      const measured = await compared(join(folder, 'million'));
      const { recall_at_100: recall, speedup } = measured;
      return {
        figures: {
          ...measured,
          build_seconds: Math.round(written.buildSeconds),
          candidates: written.expansionSearch,
          // What the run itself writes down, by the queries that it measures with.
          ...Object.fromEntries(
            written.recalls.map(({ by, value }) => [`recall_by_${by}`, Math.round(value * 10_000) / 10_000]),
          ),
        },
        bar: `recall_at_100 >= ${LEAST_RECALL}, speedup >= ${LEAST_SPEEDUP}`,
        pass: recall >= LEAST_RECALL && speedup >= LEAST_SPEEDUP,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** The graph is built as a run does, and its candidates chosen by other users than those who ask. */
async function writeFolder(folder: string, { vectors, users }: TrainedItems): Promise<ItemIndexDocument> {
  const spec = trainingSpecSchema.parse({
    dataset: { source: { uri: 'made-up.parquet' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    outputs: { index: { type: 'hnsw' } },
  });
  let written: ItemIndexDocument | null = null;
  const size = { items: ITEMS, width: WIDTH, users: USERS, seen: 200 };
  printProgress(`the graph of ${ITEMS} items is built`);
  await madeUpFolder(folder, size, {
    vectors,
    queries: users[1],
    beside: async (at) => {
      await writeFile(join(at, USER_VECTORS_FILE), bytesOf(users[0]));
      const between = async () => {};
      written = await writeItemIndex({ spec, itemVectors: vectors, width: WIDTH, folder: at, between });
      // Which items share a point is there only where some do.
      const files = new Set(await readdir(at));
      return Object.values(ITEM_INDEX_FILES).filter((file) => files.has(file));
    },
  });
  if (!written) throw new Error('no graph was written');
  return written;
}

async function compared(folder: string) {
  const exact = await answers(folder, {});
  const graph = await answers(folder, { index: hnsw });
  let hits = 0;
  for (const [i, found] of graph.found.entries()) {
    const best = new Set(exact.found[i]);
    hits += found.filter((item) => best.has(item)).length;
  }
  return {
    recall_at_100: Math.round((hits / (REQUESTS * K)) * 10_000) / 10_000,
    speedup: Math.round((exact.milliseconds / graph.milliseconds) * 10) / 10,
    exact_ms: Math.round(exact.milliseconds * 1000) / 1000,
    hnsw_ms: Math.round(graph.milliseconds * 1000) / 1000,
  };
}

/** What each request is answered, and the median of their times once the code is warm. */
async function answers(folder: string, options: Parameters<typeof open>[1]) {
  const model = await open(folder, options);
  const ask = (i: number) => {
    const begun = performance.now();
    const found = model.recommend({ user: model.users[i % USERS] }, { k: K });
    return { found: found.map(({ item }) => item), milliseconds: performance.now() - begun };
  };
  for (let i = 0; i < 50; i++) ask(REQUESTS + i);
  const asked = Array.from({ length: REQUESTS }, (_, i) => ask(i));
  return {
    found: asked.map(({ found }) => found),
    milliseconds: median(asked.map(({ milliseconds }) => milliseconds)),
  };
}
