import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { optimizerSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { BUCKET, failNext, remoteFolder } from '../../test/support/data/remoteFolder.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { newParameter } from '../model/parameter.js';
import type { TrainingState } from '../train/checkpoint/checkpointFile.js';
import { Superseded } from '../train/checkpoint/checkpointOwner.js';
import { CheckpointFolder } from '../train/checkpoint/checkpoints.js';
import { NONE_SO_FAR } from '../train/optimize/earlyStopping.js';
import { NO_PLATEAU } from '../train/optimize/learningRate.js';
import { newOptimizer } from '../train/optimize/optimizer.js';
import type { StoredCheckpoint } from './artifactHome.js';
import { BucketCheckpoints } from './bucketCheckpoints.js';
import type { BucketFolder } from '../cloud/bucketFolder.js';

const at = (epoch: number): TrainingState => ({
  epoch,
  step: 0,
  lossSum: 0,
  seconds: 0,
  optimizer: { steps: epoch, owedDecay: 0 },
  plateau: NO_PLATEAU,
  best: NONE_SO_FAR,
  history: [],
});

/** An attempt on a machine of its own. */
async function attemptOn(remote: BucketFolder, attempt: number, earlier: BucketFolder | null = null) {
  const disk = await temporaryFolder();
  const stored: StoredCheckpoint[] = [];
  const mirror = new BucketCheckpoints({
    own: remote,
    earlier,
    scratch: join(disk, 'uploads'),
    onStored: (checkpoint) => stored.push(checkpoint),
    log: () => undefined,
    pauseMs: 1,
  });
  const parameter = newParameter('table', 3, 1);
  const optimizer = newOptimizer(optimizerSchema.parse({ type: 'adagrad' }), [parameter]);
  const saved = { parameters: [parameter], optimizer, modelState: [] };
  const trainer = { runId: 'abcdefghijklmnopqrst', attempt };
  const folder = join(disk, 'checkpoints');
  const checkpoints = await CheckpointFolder.open(folder, ['this'], saved, trainer, mirror);
  const save = (epoch: number) => {
    parameter.values.fill(epoch);
    return checkpoints.save(at(epoch));
  };
  const restore = async () => {
    const skipped: string[] = [];
    const newest = await checkpoints.restoreNewest((name, reason) => skipped.push(`${name}: ${reason}`));
    return { epoch: newest?.state.epoch, value: parameter.values[0], skipped };
  };
  return { disk, folder, mirror, checkpoints, parameter, stored, save, restore };
}

describe('checkpoints in a bucket', () => {
  it('are gone on from on another machine, and told when they are there', async () => {
    const { remote } = await remoteFolder();
    const first = await attemptOn(remote, 1);
    await first.save(1);
    await first.save(2);
    expect(await first.mirror.flush(5000)).toBe(true);
    expect(first.stored).toEqual([
      { uri: 'gs://shop-trainyard/runs/r1/e0001-s00000000-a0001', epoch: 1 },
      { uri: 'gs://shop-trainyard/runs/r1/e0002-s00000000-a0001', epoch: 2 },
    ]);
    expect(await readdir(join(first.disk, 'uploads'))).toEqual([]);
    const second = await attemptOn(remote, 2);
    expect(await second.restore()).toEqual({ epoch: 2, value: 2, skipped: [] });
    // Only what is needed is downloaded; the best epoch's when the training ends.
    expect((await readdir(second.folder)).filter((name) => name.startsWith('e'))).toHaveLength(1);
    await second.checkpoints.restoreEpoch([1], () => {});
    expect(second.parameter.values[0]).toBe(1);
  });

  it('are none while they are halfway there: the one before is taken', async () => {
    const { storage, remote } = await remoteFolder();
    const first = await attemptOn(remote, 1);
    await first.save(1);
    await first.mirror.flush(5000);
    let refused = 0;
    storage.before = ({ what, query }) => {
      if (what !== 'upload' || !query.get('name')?.endsWith('checkpoint.json')) return undefined;
      refused++;
      return { status: 503, reason: 'backendError', message: 'Away.' };
    };
    await first.save(2);
    await until('the last file is refused', () => refused > 0);
    expect(await first.mirror.flush(50)).toBe(false);
    await first.mirror.close();
    storage.before = () => undefined;
    expect(storage.names(BUCKET, 'runs/r1/e0002')).toHaveLength(1);
    const second = await attemptOn(remote, 2);
    expect(await second.restore()).toMatchObject({ epoch: 1, value: 1 });
    await second.mirror.flush(5000);
    expect(storage.names(BUCKET, 'runs/r1/e0002')).toEqual([]);
  });

  it('that are damaged or lack their state are passed over', async () => {
    const { storage, remote } = await remoteFolder();
    const first = await attemptOn(remote, 1);
    for (const epoch of [1, 2, 3]) await first.save(epoch);
    await first.mirror.flush(5000);
    const stateOf = (epoch: number) =>
      storage.names(BUCKET, `runs/r1/e000${epoch}`).find((name) => name.includes('/state-'))!;
    storage.put(BUCKET, stateOf(3), 'damaged');
    storage.buckets.get(BUCKET)!.delete(stateOf(2));
    const { epoch, skipped } = await (await attemptOn(remote, 2)).restore();
    expect(epoch).toBe(1);
    expect(skipped).toEqual([
      expect.stringContaining('e0003-s00000000-a0001: its content is damaged'),
      expect.stringMatching(/e0002-s00000000-a0001: gs:.*state-.* is not there/),
    ]);
  });

  it('are not passed over because the bucket is away for a while', async () => {
    const { storage, remote } = await remoteFolder();
    const first = await attemptOn(remote, 1);
    await first.save(1);
    await first.mirror.flush(5000);
    const second = await attemptOn(remote, 2);
    failNext(storage, 'read', 100);
    await expect(second.restore()).rejects.toMatchObject({ code: 'storage-unavailable', retriable: true });
  });

  it('are stored in the end although the bucket is away for long', async () => {
    const { storage, remote } = await remoteFolder();
    const { save, mirror, stored } = await attemptOn(remote, 1);
    failNext(storage, 'upload', 20);
    await save(1);
    expect(await mirror.flush(5000)).toBe(true);
    expect(stored).toHaveLength(1);
  });

  it('that are not needed any more before their turn comes are never uploaded; others are removed', async () => {
    const { storage, remote } = await remoteFolder();
    const { checkpoints, save, mirror, stored, folder } = await attemptOn(remote, 1);
    failNext(storage, 'upload', Number.POSITIVE_INFINITY);
    for (const epoch of [1, 2, 3, 4]) await save(epoch);
    await checkpoints.keepOnly('e0004-s00000000-a0001', [1]);
    storage.before = () => undefined;
    expect(await mirror.flush(5000)).toBe(true);
    expect(stored.map(({ epoch }) => epoch)).toEqual([1, 4]);
    await checkpoints.keepOnly('e0004-s00000000-a0001', []);
    await mirror.flush(5000);
    expect(storage.names(BUCKET).map((name) => name.split('/')[2])).toEqual([
      'e0004-s00000000-a0001',
      'e0004-s00000000-a0001',
      'owner.json',
    ]);
    expect(await readdir(folder)).toContain('e0004-s00000000-a0001');
  });

  it('of an earlier run are gone on from, and left as they are', async () => {
    const { storage, remote } = await remoteFolder();
    const earlier = remote.folder('checkpoints');
    const old = await attemptOn(earlier, 3);
    for (const epoch of [1, 2]) await old.save(epoch);
    await old.mirror.flush(5000);
    const before = storage.names(BUCKET);
    const own = remote.folder('retry');
    const first = await attemptOn(own, 1, earlier);
    expect(await first.restore()).toMatchObject({ epoch: 2 });
    await first.save(3);
    await first.checkpoints.keepOnly('e0003-s00000000-a0001', []);
    await first.mirror.flush(5000);
    expect(storage.names(BUCKET, 'runs/r1/checkpoints/')).toEqual(before);
    expect(await (await attemptOn(own, 2, earlier)).restore()).toMatchObject({ epoch: 3, value: 3 });
  });
});

describe('an attempt whose successor has begun', () => {
  it('adds and removes nothing any more, and stops', async () => {
    const { storage, remote } = await remoteFolder();
    const late = await attemptOn(remote, 1);
    await late.save(1);
    await late.mirror.flush(5000);
    const next = await attemptOn(remote, 2);
    await next.restore();
    await next.save(2);
    await next.mirror.flush(5000);
    const before = storage.names(BUCKET);
    await late.save(2);
    await late.mirror.flush(5000);
    await expect(late.save(3)).rejects.toThrow(Superseded);
    await expect(late.checkpoints.keepOnly('e0002-s00000000-a0001', [])).rejects.toThrow(
      'attempt 2 of run abcdefghijklmnopqrst trains with these checkpoints now',
    );
    expect(storage.names(BUCKET)).toEqual(before);
  });

  it('that begins after it does not begin at all', async () => {
    const { remote } = await remoteFolder();
    await attemptOn(remote, 2);
    await expect(attemptOn(remote, 1)).rejects.toThrow('attempt 2 trains already; this is attempt 1');
  });

  it('is one of two at most, also when both begin at the same moment', async () => {
    const { storage, remote } = await remoteFolder();
    const both = await Promise.all([attemptOn(remote, 1), attemptOn(remote, 1)]);
    await Promise.all(both.map(({ save }) => save(1)));
    await Promise.all(both.map(({ mirror }) => mirror.flush(5000)));
    expect(both.filter(({ stored }) => stored.length === 1)).toHaveLength(1);
    expect(storage.names(BUCKET).filter((name) => name.endsWith('checkpoint.json'))).toHaveLength(1);
  });

  it('knows itself as the owner when the answer to its claim got lost', async () => {
    const { storage, remote } = await remoteFolder();
    let lost = 1;
    storage.loses = ({ name }) => name.endsWith('owner.json') && lost-- > 0;
    const { save, mirror } = await attemptOn(remote, 1);
    await save(1);
    expect(await mirror.flush(5000)).toBe(true);
  });
});

it('a training hears that nothing can be kept any more, and why', async () => {
  const { storage, remote } = await remoteFolder();
  const { save } = await attemptOn(remote, 1);
  storage.before = ({ what }) =>
    what === 'upload' ? { status: 403, reason: 'forbidden', message: 'No.' } : undefined;
  await save(1);
  let epoch = 1;
  const error = await until('a failed save', () =>
    save(++epoch).then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  expect(error).toMatchObject({ code: 'no-storage-permission' });
});
