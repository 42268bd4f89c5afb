import { cp, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { optimizerSchema } from '@trainyard/shared';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { newParameter } from '../../model/parameter.js';
import type { TrainingState } from './checkpointFile.js';
import { Superseded } from './checkpointOwner.js';
import { CheckpointFolder } from './checkpoints.js';
import { NONE_SO_FAR } from '../optimize/earlyStopping.js';
import { NO_PLATEAU } from '../optimize/learningRate.js';
import { newOptimizer } from '../optimize/optimizer.js';

const RUN = 'abcdefghijklmnopqrst';
const at = (epoch: number, step = 0): TrainingState => ({
  epoch,
  step,
  lossSum: 1.5,
  seconds: 2.5,
  optimizer: { steps: epoch * 10 + step, owedDecay: -0.25 },
  plateau: NO_PLATEAU,
  best: NONE_SO_FAR,
  history: [],
});

async function opened(folder: string, attempt = 1, identity = 'this') {
  const parameter = newParameter('table', 5, 2);
  const running = newParameter('running', 1, 2);
  const optimizer = newOptimizer(optimizerSchema.parse({ type: 'adamw' }), [parameter]);
  const saved = { parameters: [parameter], optimizer, modelState: [running] };
  const checkpoints = await CheckpointFolder.open(folder, [identity], saved, { runId: RUN, attempt });
  return { checkpoints, parameter, running, optimizer };
}

async function restored(folder: string, identity = 'this') {
  const fresh = await opened(folder, 9, identity);
  const skipped: string[] = [];
  const newest = await fresh.checkpoints.restoreNewest((name, reason) => skipped.push(`${name} ${reason}`));
  return { ...fresh, skipped, newest };
}

const names = async (folder: string) =>
  (await readdir(folder)).filter((name) => name !== 'owner.json').toSorted();

it('holds parameters, the state of their optimizer and of the model, and how far the training was', async () => {
  const folder = await temporaryFolder();
  const { checkpoints, parameter, running, optimizer } = await opened(folder);
  parameter.values.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  running.values.set([0.5, -0.5]);
  optimizer.apply([{ parameter, rows: Int32Array.of(3), values: Float32Array.of(1, -1) }], 0.1);
  const state = { ...at(2, 7), optimizer: optimizer.state() };
  const path = await checkpoints.save(state);
  expect(path).toBe(join(folder, 'e0002-s00000007-a0001'));

  const fresh = await restored(folder);
  expect(fresh.newest).toEqual({ state, path });
  expect([...fresh.parameter.values]).toEqual([...parameter.values]);
  expect([...fresh.running.values]).toEqual([0.5, -0.5]);
  expect(fresh.optimizer.slots(fresh.parameter)).toEqual(optimizer.slots(parameter));
  expect(fresh.optimizer.state()).toEqual(optimizer.state());
});

it('passes over what is damaged, of another training or of another format, and says so', async () => {
  const folder = await temporaryFolder();
  const { checkpoints } = await opened(folder);
  for (const epoch of [1, 2, 3, 4]) await checkpoints.save(at(epoch));
  await (await opened(folder, 1, 'other')).checkpoints.save(at(5));
  await truncate(join(folder, 'e0004-s00000000-a0001', 'state.bin'), 10);
  await truncate(join(folder, 'e0003-s00000000-a0001', 'checkpoint.json'), 10);
  const old = join(folder, 'e0002-s00000000-a0001', 'checkpoint.json');
  await writeFile(old, (await readFile(old, 'utf8')).replace('"schemaVersion":2', '"schemaVersion":1'));

  const { newest, skipped } = await restored(folder);
  expect(newest?.state).toEqual(at(1));
  expect(skipped).toEqual([
    'e0005-s00000000-a0001 it is of another specification or other data',
    'e0004-s00000000-a0001 its content is damaged',
    expect.stringContaining('e0003-s00000000-a0001 it cannot be read'),
    'e0002-s00000000-a0001 it is of format 1, and this version reads 2',
  ]);
});

it('replaces one that could not be used, and clears away what killed processes left', async () => {
  const folder = await temporaryFolder();
  const { checkpoints } = await opened(folder);
  const path = await checkpoints.save(at(1));
  await truncate(join(path, 'state.bin'), 3);
  await cp(path, join(folder, 'unfinished-e0001-s00000003-a0001-77'), { recursive: true });
  await mkdir(`${path}-replaced-77`);
  await (await opened(folder)).checkpoints.save(at(1));
  expect(await names(folder)).toEqual(['e0001-s00000000-a0001']);
  expect((await restored(folder)).newest?.state).toEqual(at(1));
});

it('is the successor’s alone: who is late neither saves, nor deletes, nor takes it back', async () => {
  const folder = await temporaryFolder();
  const first = await opened(folder, 1);
  await first.checkpoints.save(at(1));
  const second = await opened(folder, 2);
  await second.checkpoints.save(at(2));
  const newest = await second.checkpoints.save(at(3));

  await expect(first.checkpoints.save(at(1, 5))).rejects.toThrow(Superseded);
  await expect(first.checkpoints.keepOnly('e0001-s00000000-a0001', [])).rejects.toThrow(
    /attempt 2 of run abc/,
  );
  await expect(opened(folder, 1)).rejects.toThrow('attempt 2 trains already; this is attempt 1');
  expect(await names(folder)).toEqual([
    'e0001-s00000000-a0001',
    'e0002-s00000000-a0002',
    'e0003-s00000000-a0002',
  ]);
  await second.checkpoints.keepOnly(newest, [1]);
  expect(await names(folder)).toEqual(['e0001-s00000000-a0001', 'e0003-s00000000-a0002']);
});

it('keeps the checkpoint saved last although one that cannot be used has a later name', async () => {
  const folder = await temporaryFolder();
  await (await opened(folder, 1, 'other')).checkpoints.save(at(20));
  const { checkpoints } = await opened(folder, 2);
  await checkpoints.save(at(1));
  const path = await checkpoints.save(at(1, 5));
  await checkpoints.keepOnly(path, []);
  expect((await restored(folder)).newest).toEqual({ state: at(1, 5), path });
});

it('orders epochs by their numbers', async () => {
  const folder = await temporaryFolder();
  const { checkpoints } = await opened(folder);
  for (const epoch of [9999, 10_000]) await checkpoints.save(at(epoch));
  expect((await restored(folder)).newest?.state.epoch).toBe(10_000);
});

it('is taken over while its predecessor writes, however often', async () => {
  const folder = await temporaryFolder();
  for (let attempt = 1; attempt <= 30; attempt++) {
    const late = await opened(folder, 2 * attempt);
    const [saving, successor] = await Promise.allSettled([
      late.checkpoints.save(at(1)),
      opened(folder, 2 * attempt + 1),
    ]);
    expect(successor.status).toBe('fulfilled');
    if (saving.status === 'rejected') expect(saving.reason).toBeInstanceOf(Superseded);
  }
});

it('goes over to another run that adopts it, whatever its attempt', async () => {
  const folder = await temporaryFolder();
  await (await opened(folder, 4)).checkpoints.save(at(1));
  const saved = (await opened(folder, 4)).checkpoints;
  const parameter = newParameter('table', 5, 2);
  const optimizer = newOptimizer(optimizerSchema.parse({ type: 'adamw' }), [parameter]);
  const other = await CheckpointFolder.open(
    folder,
    ['this'],
    { parameters: [parameter], optimizer, modelState: [newParameter('running', 1, 2)] },
    { runId: 'another', attempt: 1 },
  );
  expect((await other.restoreNewest(() => {}))?.state).toEqual(at(1));
  await expect(saved.save(at(2))).rejects.toThrow(Superseded);
});
