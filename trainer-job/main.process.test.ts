/** The built trainer as a process, with everything on this machine. */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  ended,
  epochsOf,
  epochTaken,
  finals,
  manyEpochs,
  RUN_ID,
  SPEC,
  STAGES,
  startTrainer,
  upTo,
  workplace,
} from '../test/support/hosts/trainerProcess.js';
import { until } from '../test/support/until.js';

// Up to two trainers one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 });

describe('a trainer process', () => {
  it('stops within the epoch when the control plane says so, saves, and exits 143', async () => {
    const { plane, start } = await workplace(manyEpochs(5000));
    plane.behave = () => (epochsOf(plane).length >= 2 ? 'stop' : 'continue');
    const trainer = start(1);
    await ended(trainer, 143);
    expect(finals(plane)).toHaveLength(1);
    expect(finals(plane)[0]!.body).toMatchObject({
      reason: 'stopped',
      uri: expect.stringMatching(/^file:.*\/checkpoints\/e\d+-s\d+-a0001$/) as string,
    });
    expect(plane.received.at(-1)).toBe(finals(plane)[0]);
  });

  it('saves on SIGTERM, and the next attempt goes on from there with no epoch missing', async () => {
    const { plane, start } = await workplace(manyEpochs(60));
    const first = start(1);
    await epochTaken(plane, 3);
    first.child.kill('SIGTERM');
    await ended(first, 143);
    const [final] = finals(plane);
    expect(final!.body).toMatchObject({ reason: 'preempted' });
    expect(final!.body['epoch']).toBeGreaterThanOrEqual(3);

    const second = start(2);
    await ended(second, 0);
    expect(second.output()).toContain(`resuming after epoch ${String(final!.body['epoch'])}`);
    expect(epochsOf(plane)).toEqual(upTo(60));
    const prepared = plane.taken('stage-complete').filter(({ body }) => body.attempt === 2);
    expect(prepared.slice(0, 3).map(({ body }) => body['cacheHit'])).toEqual([true, true, true]);
    expect(plane.received.every(({ isValid }) => isValid)).toBe(true);
  });

  it('survives kill -9: the next attempt says what was left unsaid and completes', async () => {
    const { plane, start } = await workplace(manyEpochs(60));
    const first = start(1);
    await epochTaken(plane, 2);
    // From here on the control plane is away: what is trained meanwhile waits on disk.
    plane.behave = () => 'drop';
    const heard = epochsOf(plane).length;
    await until('two epochs that nobody heard of', () => first.output().includes(`epoch ${heard + 2} done`));
    first.child.kill('SIGKILL');
    expect(await first.exit).toBe('SIGKILL');

    plane.behave = () => 'continue';
    const before = plane.received.length;
    const second = start(2);
    await ended(second, 0);
    const retold = plane.received.slice(before);
    expect(retold[0]!.body).toMatchObject({ attempt: 2, seq: 1 });
    // A busy trainer may be killed before it has read that the last one was heard: it tells that once more.
    const [told, ...later] = retold.flatMap(({ kind, body }) =>
      kind === 'epoch-complete' ? [Number(body['epoch'])] : [],
    );
    expect([heard, heard + 1]).toContain(told);
    expect([told, ...later]).toContain(heard + 1);
    expect(second.output()).toMatch(/callbacks of earlier processes are sent first/);
    expect(second.output()).toMatch(/resuming after epoch/);
    expect(epochsOf(plane)).toEqual(upTo(60));
    expect(plane.taken('completed')).toHaveLength(1);
  });

  it('ends before it reads any data when it was given a GPU that it cannot use', async () => {
    const { plane, start } = await workplace(SPEC);
    const trainer = start(1, { EXPECTED_GPUS: '1', TRAINYARD_BACKEND: 'wasm' });
    await ended(trainer, 2);
    const [failed] = plane.taken('failed');
    expect(failed!.body).toMatchObject({
      retriable: false,
      error: { code: 'gpu-backend-missing', message: expect.stringMatching(/would train on wasm/) as string },
    });
    expect(plane.taken('stage-complete')).toEqual([]);
  });

  it('says that its tier has no GPU, and trains', async () => {
    const { start } = await workplace(SPEC);
    const trainer = start(1, { EXPECTED_GPUS: '0' });
    await ended(trainer, 0);
    expect(trainer.output()).toContain('no GPU is checked, this tier has no GPU');
  });

  it('hands over before the deadline of its attempt', async () => {
    const { plane, start } = await workplace(manyEpochs(5000));
    const trainer = start(1, { DEADLINE: new Date(Date.now() + 3000).toISOString() });
    await ended(trainer, 75);
    expect(finals(plane)[0]!.body).toMatchObject({ reason: 'timeLimit' });
  });

  it.each([
    ['an unknown key', { ...SPEC, learningRate: 1 }, 'invalid-spec', /unknown key "learningRate"/],
    [
      'a column that is not there',
      {
        ...SPEC,
        features: { ...SPEC.features, candidate: [{ column: 'sku', transform: 'lookup', id: true }] },
      },
      /^[a-z-]+$/,
      /sku/,
    ],
  ])('fails for good with %s, naming it', async (_name, spec, code, message) => {
    const { plane, start } = await workplace(spec);
    const trainer = start(1);
    await ended(trainer, 2);
    const [failed] = plane.taken('failed');
    expect(failed!.body).toMatchObject({
      retriable: false,
      error: {
        code: expect.stringMatching(code) as string,
        message: expect.stringMatching(message) as string,
        remedy: expect.any(String) as string,
      },
    });
  });

  it('refuses an environment that is not complete', async () => {
    const trainer = startTrainer([], { RUN_ID });
    expect(await trainer.exit).toBe(2);
    expect(trainer.output()).toMatch(/SPEC_URI/);
  });
});

describe('the trainer on the command line', () => {
  it('trains without a control plane and shows what it does', async () => {
    const { folder } = await workplace({ ...SPEC, evaluation: {} });
    const flags = ['--spec', join(folder, 'spec.json'), '--output', join(folder, 'out'), '--backend', 'wasm'];
    const trainer = startTrainer([...flags, '--data', join(folder, 'purchases.jsonl')], {});
    await ended(trainer, 0);
    for (const stage of STAGES) expect(trainer.output()).toMatch(new RegExp(`^${stage} `, 'm'));
    expect(trainer.output()).toMatch(/^epoch 4 .*val_loss/m);
    // All that is evaluated unless a specification says otherwise.
    expect(trainer.output()).toMatch(/test_recall_at_10 .*model .*popularity .*ease/);
  });

  it('explains itself', async () => {
    const help = startTrainer(['--help'], {});
    expect(await help.exit).toBe(0);
    expect(help.output()).toContain('Usage:');
    const wrong = startTrainer(['--spek', 'x'], {});
    expect(await wrong.exit).toBe(2);
    expect(wrong.output()).toMatch(/--spek/);
  });
});
