import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { open } from '@trainyard/recommender/node';
import type { RecommenderModel, RecommendOptions } from '@trainyard/recommender';
import { median, type Bench, type BenchResult } from '../bench.js';
import { faissObstacle, runFaiss } from './faissPeer.js';
import { madeUpFolder } from './madeUpFolder.js';

const K = 100;
const [MOST_P99, MOST_RATIO, MOST_FILTERED, MOST_BATCH] = [5, 2.5, 1.2, 2];
const BATCH_USERS = 10_000;
const SINGLES = 200;

export const serveExact: Bench = {
  name: 'serve-exact',
  claim: `the top ${K} of 36 thousand items of 32 come within ${MOST_P99} ms (p99), those of a million of 64 in at most ${MOST_RATIO} times what FAISS takes, and lists of ${BATCH_USERS} users on two cores in at most ${MOST_BATCH} times`,
  usage: '  (PYTHON= names a Python with faiss-cpu)',
  async run(): Promise<BenchResult> {
    const obstacle = await faissObstacle();
    if (obstacle !== undefined) return { skipped: obstacle };
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-serving-'));
    try {
      const shop = await ofShop(join(folder, 'shop'));
      const million = await ofMillion(join(folder, 'million'));
      const pass =
        shop.p99_ms < MOST_P99 &&
        million.ratio <= MOST_RATIO &&
        million.filtered_ratio <= MOST_FILTERED &&
        shop.batch_ratio <= MOST_BATCH;
      const bar = `p99_ms < ${MOST_P99}, ratio <= ${MOST_RATIO}, filtered_ratio <= ${MOST_FILTERED}, batch_ratio <= ${MOST_BATCH}`;
      return { figures: { ...shop, ...million }, bar, pass };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function ofShop(at: string) {
  const made = await madeUpFolder(at, { items: 36_000, width: 32, users: BATCH_USERS, seen: 200 });
  const model = await open(made.folder);
  const times = timesOf(model, 2000, { k: K, exclude: 'seen' });
  const seconds = await batchSeconds(made.folder);
  const peer = await runFaiss({ ...made, width: 32, k: K, threads: 2, singles: 0 });
  return {
    p99_ms: rounded(percentile(times, 0.99)),
    median_ms: rounded(median(times)),
    batch_seconds: rounded(seconds),
    batch_ratio: rounded(seconds / (peer.seconds ?? Number.NaN)),
  };
}

async function ofMillion(at: string) {
  const made = await madeUpFolder(at, { items: 1_000_000, width: 64, users: 1000, seen: 200 });
  const model = await open(made.folder);
  const milliseconds = median(timesOf(model, SINGLES, { k: K }));
  const where = (item: string) => Number(item.slice(1)) % 4 > 0;
  const filtered = median(timesOf(model, SINGLES, { k: K, exclude: 'seen', where }));
  const peer = await runFaiss({ ...made, width: 64, k: K, threads: 1, singles: SINGLES });
  return {
    million_ms: rounded(milliseconds),
    faiss_ms: rounded(peer.median_ms ?? Number.NaN),
    ratio: rounded(milliseconds / (peer.median_ms ?? Number.NaN)),
    filtered_ratio: rounded(filtered / milliseconds),
  };
}

/** Milliseconds of each request, once the code is warm. */
function timesOf(model: RecommenderModel, requests: number, options: RecommendOptions): number[] {
  const ask = (i: number) => {
    const begun = performance.now();
    model.recommend({ user: model.users[i % model.users.length] }, options);
    return performance.now() - begun;
  };
  for (let i = 0; i < 50; i++) ask(i);
  return Array.from({ length: requests }, (_, i) => ask(i));
}

/** Two workers, each with half of the users; opening is not counted. */
async function batchSeconds(folder: string): Promise<number> {
  const half = BATCH_USERS / 2;
  const workers = [0, half].map(
    (from) =>
      new Worker(new URL('./batchProcess.js', import.meta.url), {
        workerData: { folder, from, to: from + half, k: K },
      }),
  );
  const answers = async () => Promise.all(workers.map(nextMessage));
  try {
    await answers();
    const begun = performance.now();
    const done = answers();
    for (const worker of workers) worker.postMessage('go', []);
    await done;
    return (performance.now() - begun) / 1000;
  } finally {
    await Promise.all(workers.map(async (worker) => worker.terminate()));
  }
}

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
