/** The built trainer as a process whose machine is lost: what must last is in a stand-in of Cloud Storage. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StorageStandIn } from '../../test/support/standIns/storageStandIn.js';
import {
  ended,
  epochsOf,
  epochTaken,
  finals,
  manyEpochs,
  RUN_ID,
  SPEC,
  STAGES,
  stagesOf,
  startTrainer,
  upTo,
  workplace,
} from '../../test/support/hosts/trainerProcess.js';
import { until } from '../../test/support/until.js';

// Two or three trainers one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const BUCKET = 'shop-trainyard';
const RUN = `runs/${RUN_ID}`;

async function cloudWorkplace(spec: object) {
  const { folder, plane, start } = await workplace(spec);
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.put(BUCKET, 'specs/abc.json', JSON.stringify(spec));
  let machines = 0;
  /** Each attempt has a disk of its own, empty at first. */
  const startElsewhere = (attempt: number, extra: Record<string, string> = {}) =>
    start(attempt, {
      SPEC_URI: `gs://${BUCKET}/specs/abc.json`,
      ARTIFACT_URI: `gs://${BUCKET}/${RUN}`,
      CACHE_URI: `gs://${BUCKET}/cache`,
      TRAINYARD_SCRATCH: join(folder, `machine-${++machines}`),
      STORAGE_EMULATOR_HOST: storage.endpoint,
      ...extra,
    });
  const lose = () => rm(join(folder, `machine-${machines}`), { recursive: true, force: true });
  return { folder, plane, storage, start: startElsewhere, lose };
}

const checkpointsOf = (storage: StorageStandIn) =>
  storage.names(BUCKET, `${RUN}/checkpoints/e`).filter((name) => name.endsWith('/checkpoint.json'));

describe('a trainer whose machine keeps nothing', () => {
  it('brings its specification from a bucket and leaves its artifacts there, whole before it says so', async () => {
    const { plane, storage, start, lose } = await cloudWorkplace(SPEC);
    let present: string[] = [];
    plane.behave = ({ kind }) => {
      if (kind === 'completed') present = storage.names(BUCKET);
      return 'continue';
    };
    const trainer = start(1);
    await ended(trainer, 0);
    await lose();
    expect(stagesOf(plane)).toEqual(STAGES);
    expect(epochsOf(plane)).toEqual(upTo(4));
    const { artifacts } = plane.taken('completed')[0]!.body['result'] as {
      artifacts: Record<string, string>;
    };
    expect(artifacts['metadata']).toBe(`gs://${BUCKET}/${RUN}/model/a0001/model_metadata.json`);
    for (const uri of Object.values(artifacts)) {
      const name = uri.replace(`gs://${BUCKET}/`, '');
      expect(present.some((stored) => stored === name || stored.startsWith(`${name}/`))).toBe(true);
    }
    expect(present).toEqual(expect.arrayContaining([`${RUN}/data/profile.html`]));
    const metadata = JSON.parse(storage.text(BUCKET, `${RUN}/model/a0001/model_metadata.json`)!) as object;
    expect(metadata).toMatchObject({ model_version: 'tiny#1', run: { run_id: RUN_ID } });
    const periodic = plane.taken('checkpointed').map(({ body }) => body['uri']);
    expect(periodic.length).toBeGreaterThan(0);
    for (const uri of periodic) expect(uri).toMatch(new RegExp(`^gs://${BUCKET}/${RUN}/checkpoints/e0`));
  });

  it('is killed and its disk lost: the next attempt goes on from the last checkpoint that was stored', async () => {
    const { plane, storage, start, lose } = await cloudWorkplace(manyEpochs(24));
    const first = start(1);
    await until('a stored checkpoint', () => checkpointsOf(storage).length > 1);
    await epochTaken(plane, 5);
    first.child.kill('SIGKILL');
    await first.exit;
    await lose();
    const second = start(2);
    await ended(second, 0);
    // What the data stages made is in the bucket: nothing is read or encoded again.
    const prepared = plane.taken('stage-complete').filter(({ body }) => body.attempt === 2);
    expect(prepared.slice(0, 3).map(({ body }) => body['cacheHit'])).toEqual([true, true, true]);
    expect(second.output()).toMatch(/downloaded what transform had made before/);
    // The rows themselves are needed once the model is trained, for what it recommends and exports.
    const [untilTrained = ''] = second.output().split('evaluate begins');
    expect(untilTrained).not.toMatch(/downloaded what ingest had made before/);
    expect(second.output()).toMatch(/resuming after epoch [1-9]/);
    expect(epochsOf(plane)).toEqual(upTo(24));
    expect(plane.taken('completed')).toHaveLength(1);
  });

  it('says on another machine what its lost one had left unsaid', async () => {
    const { plane, storage, start, lose } = await cloudWorkplace(manyEpochs(24));
    const first = start(1);
    await epochTaken(plane, 2);
    plane.behave = () => 'drop';
    const waiting = () =>
      storage
        .names(BUCKET, `${RUN}/callbacks/`)
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => storage.text(BUCKET, name)!)
        .join('');
    await until('callbacks that wait in the bucket', () => waiting().includes('"kind":"epoch-complete"'));
    first.child.kill('SIGKILL');
    await first.exit;
    await lose();
    const unsaid = JSON.parse(waiting().split('\n')[0]!) as { kind: string; body: Record<string, unknown> };

    plane.behave = () => 'continue';
    const before = plane.received.length;
    const second = start(2);
    await ended(second, 0);
    const retold = plane.received.slice(before);
    expect(retold[0]).toMatchObject({
      kind: unsaid.kind,
      body: { ...unsaid.body, attempt: 2, seq: 1 },
      isValid: true,
    });
    expect(second.output()).toMatch(/callbacks of earlier processes are sent first/);
    expect(epochsOf(plane)).toEqual(upTo(24));
    expect(storage.names(BUCKET, `${RUN}/callbacks/attempt-0001`)).toEqual([]);
  });

  it('goes on with its numbers when the same attempt begins once more', async () => {
    const { plane, start, lose } = await cloudWorkplace(manyEpochs(24));
    const first = start(1);
    await epochTaken(plane, 2);
    first.child.kill('SIGKILL');
    await first.exit;
    await lose();
    const highest = Math.max(...plane.received.map(({ body }) => body.seq));
    const before = plane.received.length;
    await ended(start(1), 0);
    const later = plane.received.slice(before).map(({ body }) => body.seq);
    expect(Math.min(...later)).toBeGreaterThan(highest);
  });

  it('says what is wrong with its bucket, and fails for good', async () => {
    const { plane, storage, start } = await cloudWorkplace(SPEC);
    storage.before = () => ({ status: 403, reason: 'forbidden', message: 'No.' });
    await ended(start(1), 2);
    expect(plane.received.at(-1)).toMatchObject({
      kind: 'failed',
      body: {
        retriable: false,
        error: {
          code: 'no-storage-permission',
          message: expect.stringContaining(`gs://${BUCKET}/${RUN}`) as string,
          remedy: expect.stringContaining('roles/storage.objectUser') as string,
        },
      },
    });
  });

  it('prepares the data on one machine and trains on another', async () => {
    const { plane, storage, start, lose } = await cloudWorkplace({
      ...SPEC,
      compute: { forceRecompute: ['ingest'] },
    });
    const first = start(1, { STAGES: 'prepare' });
    await ended(first, 0);
    await lose();
    expect(stagesOf(plane)).toEqual(['ingest', 'validate', 'transform']);
    expect(plane.received.at(-1)!.body).toMatchObject({ reason: 'prepared', final: true, uri: null });
    expect(storage.names(BUCKET, 'cache/transform/').some((name) => name.endsWith('/entry.json'))).toBe(true);
    expect(first.output()).not.toMatch(/backend /);
    const second = start(2, { STAGES: 'train' });
    await ended(second, 0);
    expect(second.output()).toMatch(/ingest reused[^]*transform reused/);
    expect(plane.taken('completed')).toHaveLength(1);
  });

  it('compares its data with a profile in a bucket, where the specification names one', async () => {
    const first = await cloudWorkplace(SPEC);
    await ended(first.start(1, { STAGES: 'prepare' }), 0);
    const profile = first.storage.text(BUCKET, `${RUN}/data/profile.json`)!;
    const dataset = { ...SPEC.dataset, reference: `gs://${BUCKET}/profiles/good.json` };
    const { plane, storage, start } = await cloudWorkplace({ ...SPEC, dataset });
    await ended(start(1, { STAGES: 'prepare' }), 2);
    expect(plane.taken('failed')[0]!.body['error']).toMatchObject({
      code: 'no-reference',
      message: expect.stringContaining(`gs://${BUCKET}/profiles/good.json`) as string,
    });
    storage.put(BUCKET, 'profiles/good.json', profile);
    await ended(start(2, { STAGES: 'prepare' }), 0);
  });

  it('does not say that the data are prepared where they cannot be kept', async () => {
    const { plane, storage, start } = await cloudWorkplace(SPEC);
    storage.before = ({ what, query }) =>
      what === 'upload' && query.get('name')?.startsWith('cache/')
        ? { status: 403, reason: 'forbidden', message: 'No.' }
        : undefined;
    await ended(start(1, { STAGES: 'prepare' }), 2);
    expect(plane.received.at(-1)).toMatchObject({
      kind: 'failed',
      body: { retriable: false, error: { code: 'no-storage-permission' } },
    });
  });

  it('stores its last checkpoint before it ends at SIGTERM, and names it', async () => {
    const { plane, storage, start, lose } = await cloudWorkplace(manyEpochs(24));
    const first = start(1);
    await epochTaken(plane, 3);
    first.child.kill('SIGTERM');
    await ended(first, 143);
    await lose();
    const [final] = finals(plane);
    const uri = String(final!.body['uri']);
    expect(storage.names(BUCKET)).toContain(`${uri.replace(`gs://${BUCKET}/`, '')}/checkpoint.json`);
    const second = start(2);
    await ended(second, 0);
    expect(second.output()).toContain(`resuming after epoch ${String(final!.body['epoch'])}`);
    expect(epochsOf(plane)).toEqual(upTo(24));
  });
});

describe('a command line whose output is in a bucket', () => {
  it('leaves all of it there, and goes on from it on another machine', async () => {
    const { folder } = await workplace(manyEpochs(3));
    const storage = new StorageStandIn();
    await storage.start();
    onTestFinished(() => storage.stop());
    storage.put(BUCKET, 'models/other', 'what the bucket has before');
    const given = ['--spec', join(folder, 'spec.json'), '--data', join(folder, 'purchases.jsonl')];
    const flags = [...given, '--output-path', `gs://${BUCKET}/models/shop`, '--backend', 'wasm'];
    const command = (machine: string, epochs: number) =>
      startTrainer([...flags, '--epochs', String(epochs)], {
        STORAGE_EMULATOR_HOST: storage.endpoint,
        TRAINYARD_SCRATCH: join(folder, machine),
      });
    await ended(command('one', 3), 0);
    expect(storage.names(BUCKET, 'models/shop/model/a0001/')).toContain(
      'models/shop/model/a0001/model_metadata.json',
    );
    expect(storage.names(BUCKET, 'models/shop/cache/')).not.toEqual([]);
    const second = command('another', 5);
    await ended(second, 0);
    expect(second.output()).toMatch(/resuming after epoch 3/);
    expect(second.output()).toMatch(/^epoch 5 /m);
  });
});
