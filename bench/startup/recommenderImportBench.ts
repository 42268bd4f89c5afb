import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { packRecommender } from '@trainyard/cloudbuild/packRecommender';
import { z } from 'zod';
import { median, type Bench, type BenchResult } from '../bench.js';
import { importMs } from './importMs.js';

const MAX_MS = 80;

export const recommenderImport: Bench = {
  name: 'recommender-import',
  claim: `a fresh process imports the packed recommender, zod included, in less than ${MAX_MS} ms`,
  usage: '[--repeats 15]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({ args, options: { repeats: { type: 'string', default: '15' } } });
    const repeats = z.coerce.number().int().min(1).max(1000).parse(values.repeats);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-recommender-'));
    try {
      const file = join(folder, 'recommender.mjs');
      const { bytes } = await packRecommender(file);
      const times: number[] = [];
      for (let i = 0; i < repeats; i++) times.push(await importMs(pathToFileURL(file).href));
      const milliseconds = Math.round(median(times) * 10) / 10;
      const slowest = Math.round(Math.max(...times) * 10) / 10;
      const figures = { milliseconds, slowest, bytes, repeats };
      return { figures, bar: `milliseconds < ${MAX_MS}`, pass: milliseconds < MAX_MS };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
