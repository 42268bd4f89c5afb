import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TrainingSpecInput } from '@trainyard/shared';
import { withDatabase } from '@trainyard/trainer-job/data/database';
import { BACKEND_USAGE } from './backend.js';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';

const BAR_SECONDS = 5;
const STOPPED = 143;

export const stopAndSave: Bench = {
  name: 'stop-and-save',
  claim:
    'seconds from SIGTERM to the end of a trainer that saves a table of 1 million users × 64 dims, with Adagrad',
  usage: `${BACKEND_USAGE} [--users 1000000]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string', default: 'auto' },
        users: { type: 'string', default: '1000000' },
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-stop-'));
    try {
      const data = join(folder, 'purchases.parquet');
      await writeUsers(Number(values.users), data, folder);
      await writeFile(join(folder, 'spec.json'), JSON.stringify(specOf(data)));
      const { seconds, code, megabytes } = await trainAndStop(folder, values.backend);
      return {
        figures: {
          seconds: Number(seconds.toFixed(2)),
          exit_code: code ?? 'none',
          checkpoint_mb: Math.round(megabytes),
        },
        bar: `seconds < ${BAR_SECONDS}, exit code ${STOPPED}`,
        pass: seconds < BAR_SECONDS && code === STOPPED,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Each user once, and a tenth of them once more: the vocabulary holds them all. */
async function writeUsers(users: number, file: string, folder: string): Promise<void> {
  const rows = Math.floor(1.1 * users);
  const sql = `SELECT 'user ' || (i % ${users}) AS "user", 'item ' || (hash(i) % 20000) AS item
    FROM (SELECT unnest(range(${rows}))::BIGINT AS i)`;
  await withDatabase(folder, (database) => database.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`));
}

function specOf(uri: string): TrainingSpecInput {
  const lookup = { transform: 'lookup', id: true, dim: 64, minCount: 1 } as const;
  return {
    dataset: { source: { uri }, split: { strategy: 'random', train: 0.98, validation: 0.01, test: 0.01 } },
    features: {
      query: [{ column: 'user', ...lookup }],
      candidate: [{ column: 'item', ...lookup }],
    },
    model: { query: { layers: [] }, candidate: { layers: [] } },
    training: { epochs: 1000, batchSize: 2048, negatives: { type: 'inBatch' }, earlyStopping: false },
  };
}

async function trainAndStop(folder: string, backend: string) {
  const output = join(folder, 'output');
  const flags = ['--spec', join(folder, 'spec.json'), '--output', output, '--backend', backend];
  const child = spawn(process.execPath, [config.trainer, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: config.inherited,
  });
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  // The training takes its folder of checkpoints over right before its first step.
  const owner = join(output, 'checkpoints', 'owner.json');
  while (!existsSync(owner)) {
    if (child.exitCode !== null) throw new Error(`the trainer ended with code ${child.exitCode}`);
    await pause(100);
  }
  await pause(3000);
  printProgress('SIGTERM in the midst of an epoch');
  const begin = performance.now();
  child.kill('SIGTERM');
  const code = await ended;
  const seconds = (performance.now() - begin) / 1000;
  const saved = (await readdir(join(output, 'checkpoints'))).filter((name) => /^e\d/.test(name)).toSorted();
  const newest = saved.at(-1);
  const size = newest ? (await stat(join(output, 'checkpoints', newest, 'state.bin'))).size : 0;
  return { seconds, code, megabytes: size / 1e6 };
}
