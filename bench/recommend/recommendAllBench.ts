import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withDatabase, literal } from '@trainyard/trainer-job/data/database';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';
import { NIGHTLY, writePurchases } from '../dataPrep/purchases.js';
import { printProgress } from '../progress.js';
import { wholeRunSpec } from '../training/wholeRunBench.js';

const BAR_SECONDS = 60;
const K = 20;

export const recommendAll: Bench = {
  name: 'recommend-all',
  claim:
    'seconds until the 20 best of 36 thousand products for each of 98 thousand users, without those that they have, stand in a Parquet file',
  usage: `[--rows ${NIGHTLY.rows}] [--model FOLDER] [--workers auto]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        rows: { type: 'string', default: String(NIGHTLY.rows) },
        model: { type: 'string' },
        workers: { type: 'string', default: 'auto' },
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-recommend-all-'));
    try {
      const model = values.model ?? (await trained(folder, Number(values.rows)));
      const out = join(folder, 'recommendations.parquet');
      const start = performance.now();
      const { workers } = values;
      await runTrainer(['--recommend', model, '--out', out, '--k', String(K), '--workers', workers]);
      const seconds = (performance.now() - start) / 1000;
      const { users = 0, rows = 0 } = await withDatabase(folder, (database) =>
        database.counts(
          `SELECT count(DISTINCT "user") AS users, count(*) AS rows FROM read_parquet(${literal(out)})`,
        ),
      );
      return {
        figures: {
          seconds: Number(seconds.toFixed(1)),
          users,
          rows,
          megabytes: Number(((await stat(out)).size / 1e6).toFixed(1)),
          workers: values.workers,
        },
        bar: `seconds < ${BAR_SECONDS}`,
        pass: seconds < BAR_SECONDS && rows === users * K,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** How good the model is makes no difference to how long its lists take: one epoch. */
async function trained(folder: string, rows: number): Promise<string> {
  const file = join(folder, 'purchases.parquet');
  await writePurchases({ ...NIGHTLY, rows }, file, folder);
  const spec = join(folder, 'spec.json');
  const asked = { ...wholeRunSpec(file, 1, { type: 'inBatch' }), outputs: { formats: [] } };
  await writeFile(spec, JSON.stringify(asked));
  await runTrainer(['--spec', spec, '--output', join(folder, 'output'), '--workers', 'auto']);
  return join(folder, 'output', 'model');
}

async function runTrainer(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [config.trainer, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => printProgress(text.toString().trimEnd()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the trainer ended with exit code ${String(code)}`);
}
