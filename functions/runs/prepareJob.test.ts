/** Runs whose data are prepared by a job of its own, on a tier of its own, before the tiers that train are paid for. */
import type { LifecycleEvent, Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { trainer } from '../../test/support/callbacks.js';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { CapacityError } from '../ports/jobLauncher/jobLauncher.js';
import { dispatch } from './dispatch.js';
import { recordLifecycle } from './lifecycle.js';

const TIERS = [
  { name: 'gpu', launcher: 'fake', usdPerHour: 3 },
  { name: 'more-gpu', launcher: 'fake', usdPerHour: 4 },
  { name: 'cpu', launcher: 'fake', usdPerHour: 0.5 },
];
const ON_GPU = ['gpu', 'more-gpu'];

async function started(compute: Run['spec']['compute'] | object = {}) {
  const cp = await testControlPlane({ tiers: TIERS });
  const { runId } = await cp.request({ compute: { tiers: ON_GPU, prepare: 'cpu', ...compute } });
  await dispatch(cp, runId);
  return { cp, runId };
}

const hear = (cp: TestControlPlane, runId: string, said: { kind: string; body: object }) =>
  recordLifecycle(cp, runId, () => ({ type: 'callback', ...said }) as LifecycleEvent);
const launches = (cp: TestControlPlane) =>
  cp.launcher.started.map(({ attempt, tier, env }) => [attempt, tier, env['STAGES']]);

describe('a run that names a tier for its data', () => {
  it('is launched there first, and on the tiers that train when the data are prepared', async () => {
    const { cp, runId } = await started();
    await hear(cp, runId, trainer(1).stage('transform'));
    cp.pass(3600);
    await hear(cp, runId, trainer(1).checkpointed(0, 'prepared'));
    expect(await cp.run(runId)).toMatchObject({ status: 'pending', phase: 'train', attempt: 2, error: null });
    await dispatch(cp, runId);
    expect(launches(cp)).toEqual([
      [1, 'cpu', 'prepare'],
      [2, 'gpu', 'train'],
    ]);
    cp.pass(3600);
    await hear(cp, runId, trainer(2).completed());
    const run = await cp.run(runId);
    expect(run).toMatchObject({ status: 'completed', attempt: 2, retriesUsed: 0 });
    expect(run.cost?.usd).toBeCloseTo(0.5 + 3, 6);
  });

  it('fails there where the data are refused, and no other machine was asked for', async () => {
    const { cp, runId } = await started();
    await hear(cp, runId, trainer(1).failed(false));
    await dispatch(cp, runId);
    expect((await cp.run(runId)).status).toBe('failed');
    expect(launches(cp)).toEqual([[1, 'cpu', 'prepare']]);
  });

  it('goes on by one job for all where that tier has no machine', async () => {
    const cp = await testControlPlane({ tiers: TIERS });
    cp.launcher.beforeLaunch = ({ tier }) => {
      if (tier === 'cpu') throw new CapacityError('none left');
    };
    const { runId } = await cp.request({ compute: { tiers: ON_GPU, prepare: 'cpu' } });
    await dispatch(cp, runId);
    expect(launches(cp)).toEqual([[2, 'gpu', undefined]]);
    expect(await cp.run(runId)).toMatchObject({ status: 'provisioning', phase: null, tierIndex: 0 });
  });

  it('is launched there again when its job is lost', async () => {
    const { cp, runId } = await started();
    const error = { code: 'trainer-lost', message: 'gone', stage: null, remedy: null };
    await recordLifecycle(cp, runId, () => ({ type: 'lost', attempt: 1, error }));
    cp.pass(5);
    await dispatch(cp, runId);
    expect(launches(cp)).toEqual([
      [1, 'cpu', 'prepare'],
      [2, 'cpu', 'prepare'],
    ]);
  });

  it('is cancelled while it prepares', async () => {
    const { cp, runId } = await started();
    await recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
    await hear(cp, runId, trainer(1).checkpointed(0, 'prepared'));
    expect((await cp.run(runId)).status).toBe('cancelled');
  });

  it('is refused where the deployment has no such tier', async () => {
    const cp = await testControlPlane({ tiers: TIERS });
    await expect(cp.request({ compute: { prepare: 'tpu' } })).rejects.toThrow(
      'Compute tier "tpu" does not exist here; there is "gpu", "more-gpu", "cpu".',
    );
  });
});

describe('a deployment that names a tier for the data', () => {
  it('prepares there, unless a specification names another one or none', async () => {
    const cp = await testControlPlane({ tiers: TIERS, prepareTier: 'cpu' });
    const firstOf = async (compute: object) => {
      const { runId } = await cp.request({ compute });
      await dispatch(cp, runId);
      const { tier, env } = cp.launcher.started.at(-1)!;
      return [tier, env['STAGES']];
    };
    expect(await firstOf({})).toEqual(['cpu', 'prepare']);
    expect(await firstOf({ prepare: 'gpu' })).toEqual(['gpu', 'prepare']);
    expect(await firstOf({ prepare: null })).toEqual(['gpu', undefined]);
  });

  it('does not start without that tier', async () => {
    await expect(testControlPlane({ tiers: TIERS, prepareTier: 'tpu' })).rejects.toThrow(
      /TRAINYARD_PREPARE_TIER/,
    );
  });
});
