import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { median, type Bench, type BenchResult } from '../bench.js';
import { config } from '../environment.js';
import { madeUpFolder } from './madeUpFolder.js';

const [MOST_MS, MOST_MILLION_MS, MOST_MEMORY] = [200, 2000, 1.5];
const openedSchema = z.object({ milliseconds: z.number(), grown: z.number() });

export const openModel: Bench = {
  name: 'open-model',
  claim: `a model of 36 thousand items opens, its files checked, in less than ${MOST_MS} ms, one of a million in less than ${MOST_MILLION_MS}, and memory grows by less than ${MOST_MEMORY} times the vectors`,
  async run(): Promise<BenchResult> {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-opening-'));
    try {
      const shop = await opened(join(folder, 'shop'), 36_000, 32, 5);
      const million = await opened(join(folder, 'million'), 1_000_000, 64, 3);
      const figures = {
        milliseconds: Math.round(shop.milliseconds),
        million_milliseconds: Math.round(million.milliseconds),
        memory: Math.round((million.grown / (1_000_000 * 64 * 4)) * 100) / 100,
      };
      const pass =
        figures.milliseconds < MOST_MS &&
        figures.million_milliseconds < MOST_MILLION_MS &&
        figures.memory < MOST_MEMORY;
      const bar = `milliseconds < ${MOST_MS}, million_milliseconds < ${MOST_MILLION_MS}, memory < ${MOST_MEMORY}`;
      return { figures, bar, pass };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** The medians of several processes. */
async function opened(at: string, items: number, width: number, repeats: number) {
  const { folder } = await madeUpFolder(at, { items, width, users: 1000, seen: 200 });
  const found: z.infer<typeof openedSchema>[] = [];
  for (let i = 0; i < repeats; i++) {
    const args = ['--expose-gc', config.openModelProcess, folder];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    found.push(openedSchema.parse(JSON.parse(stdout)));
  }
  return {
    milliseconds: median(found.map(({ milliseconds }) => milliseconds)),
    grown: median(found.map(({ grown }) => grown)),
  };
}
