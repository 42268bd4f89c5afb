import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { BACKEND_USAGE } from './backend.js';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';

const BAR = 1.2;

/** What the process under measurement answers, in bytes. */
const trainMemorySchema = z.strictObject({
  /** Of Node, the backend's libraries and the data, before there is a model: not what training takes. */
  before: z.number(),
  /** The most that was resident while it trained. */
  peak: z.number(),
  /** Embedding tables and the optimizer's state of them. */
  tables: z.number(),
});

export const trainMemory: Bench = {
  name: 'train-memory',
  claim:
    'resident memory of training 1 million users × 200 thousand items × 64 dims with Adagrad, against tables and optimizer state',
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    const child = fork(config.trainMemoryProcess, [values.backend], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the training has ended by itself with exit code ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [message] = await Promise.race([once(child, 'message'), ended]);
    const { before, peak, tables } = trainMemorySchema.parse(message);
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const ratio = (peak - before) / tables;
    return {
      figures: {
        ratio: Number(ratio.toFixed(3)),
        tables_and_state_mb: megabytes(tables),
        peak_rss_mb: megabytes(peak),
        before_model_mb: megabytes(before),
        whole_ratio: Number((peak / tables).toFixed(3)),
      },
      bar: `ratio < ${BAR}`,
      pass: ratio < BAR,
    };
  },
};
