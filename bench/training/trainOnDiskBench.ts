import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { BACKEND_USAGE } from './backend.js';
import type { Bench } from '../bench.js';
import { config } from '../environment.js';
import { prepareInProcess } from '../dataPrep/preparation.js';
import { NIGHTLY, writePurchases } from '../dataPrep/purchases.js';

const reportSchema = z.strictObject({
  /** The median, for each memory that was asked for. */
  stepMilliseconds: z.array(z.number()),
  /** The most that was resident beyond what Node and the backend take. */
  megabytes: z.number(),
});

const MEMORY_BYTES = 32e6;

export const trainOnDisk: Bench = {
  name: 'train-on-disk',
  claim: `an epoch over queries whose table is ten times larger than the ${MEMORY_BYTES / 1e6} MB that it may have, against one with the table in memory`,
  usage: `${BACKEND_USAGE} [--rows ${NIGHTLY.rows}]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string', default: 'auto' },
        rows: { type: 'string', default: String(NIGHTLY.rows) },
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-train-on-disk-'));
    try {
      const file = join(folder, 'purchases.parquet');
      await writePurchases({ ...NIGHTLY, rows: Number(values.rows) }, file, folder);
      const spec = wideSpec(file);
      const { encodedFolder } = await prepareInProcess(spec, folder);
      const table = (await stat(join(encodedFolder, 'query.table.i32'))).size / 1e6;
      const train = (...memoryBytes: number[]) =>
        trainInProcess({ spec, encodedFolder, memoryBytes, backend: values.backend });
      const onDisk = await train(MEMORY_BYTES);
      const inMemory = await train(Number.MAX_SAFE_INTEGER);
      const { stepMilliseconds } = await train(MEMORY_BYTES, Number.MAX_SAFE_INTEGER);
      const [diskStep = Infinity, memoryStep = 0] = stepMilliseconds;
      const ratio = diskStep / memoryStep;
      const saved = inMemory.megabytes - onDisk.megabytes;
      return {
        figures: {
          step_ratio: Number(ratio.toFixed(2)),
          step_ms_on_disk: Number(diskStep.toFixed(1)),
          table_mb: Math.round(table),
          on_disk_mb: Math.round(onDisk.megabytes),
          in_memory_mb: Math.round(inMemory.megabytes),
        },
        bar: 'step_ratio < 1.25, in_memory_mb - on_disk_mb > 0.8 table_mb',
        pass: ratio < 1.25 && saved > 0.8 * table,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Queries of 33 words and numbers each, almost all of them different. */
function wideSpec(file: string): TrainingSpec {
  const layers = [{ type: 'dense' as const, units: 32, activation: 'linear' as const }];
  return trainingSpecSchema.parse({
    dataset: { source: { uri: file }, split: { strategy: 'time', column: 'timestamp' } },
    features: {
      query: [
        { column: 'cust_person_id', transform: 'lookup', id: true, dim: 32 },
        { column: 'art_name', transform: 'text', maxTokens: 32, dim: 8 },
        { column: 'revenue', transform: 'normalize', log1p: true },
      ],
      candidate: [{ column: 'product_id', transform: 'lookup', id: true, dim: 32 }],
    },
    model: { query: { layers }, candidate: { layers } },
    training: { negatives: { type: 'sampled' } },
  });
}

async function trainInProcess(settings: object): Promise<z.infer<typeof reportSchema>> {
  const child = fork(config.trainOnDiskProcess, [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the training has ended by itself with exit code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return reportSchema.parse(message);
}
