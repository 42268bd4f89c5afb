import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleFunctions } from '@trainyard/cloudbuild/bundleFunctions';
import { z } from 'zod';
import { median, type Bench, type BenchResult } from '../bench.js';
import { config } from '../environment.js';
import { importMs } from './importMs.js';
import { printProgress } from '../progress.js';

const MAX_MS = 400;

export const coldStart: Bench = {
  name: 'cold-start',
  claim: `a process is ready to serve callbacks ${MAX_MS} ms after it begins to load their bundle`,
  usage: '[--repeats 15]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({ args, options: { repeats: { type: 'string', default: '15' } } });
    const repeats = z.coerce.number().int().min(1).max(1000).parse(values.repeats);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-bundle-'));
    try {
      const bundles = await bundleFunctions(folder);
      await symlink(config.modules, join(folder, 'node_modules'));
      const bundle = pathToFileURL(join(folder, 'webhooks', 'webhooks.js')).href;
      const unbundled = pathToFileURL(config.webhooksEntry).href;
      const firestore = pathToFileURL(
        join(config.modules, '@google-cloud/firestore/build/src/index.js'),
      ).href;
      const times = { bundle: [] as number[], unbundled: [] as number[], firestore: [] as number[] };
      for (let i = 0; i < repeats; i++) {
        times.bundle.push(await importMs(bundle));
        times.unbundled.push(await importMs(unbundled));
        times.firestore.push(await importMs(firestore));
      }
      printProgress(`bundle, each: ${times.bundle.map((ms) => ms.toFixed(0)).join(' ')} ms`);
      const webhooks = bundles.find(({ entry }) => entry === 'webhooks');
      const figures = {
        import_ms: Math.round(median(times.bundle)),
        slowest_ms: Math.round(Math.max(...times.bundle)),
        unbundled_ms: Math.round(median(times.unbundled)),
        first_use_of_firestore_ms: Math.round(median(times.firestore)),
        packages: webhooks?.packages.join(' ') ?? '',
        repeats,
      };
      return { figures, bar: `import_ms < ${MAX_MS}`, pass: figures.import_ms < MAX_MS };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
