import { canonicalJson, deriveRunSecret } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { MASTER_SECRET, testControlPlane, TIERS } from '../../test/support/controlPlane.js';
import { newRun } from '../../test/support/newRun.js';
import { CapacityError, LaunchRejectedError } from '../ports/jobLauncher/jobLauncher.js';
import { dispatch } from './dispatch.js';
import { recordLifecycle } from './lifecycle.js';

const names = (runs: { tier: string }[]) => runs.map(({ tier }) => tier);

describe('dispatching a run', () => {
  it('launches it on its first tier and records the job', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.pass(2);
    await dispatch(cp, runId);
    expect(cp.launcher.started).toMatchObject([{ runId, attempt: 1, tier: 'small' }]);
    expect(await cp.run(runId)).toMatchObject({
      status: 'provisioning',
      job: { tier: 'small', name: `${runId}-1`, launchedAt: '2026-01-01T00:00:02.000Z', usdPerHour: null },
      lease: null,
    });
    expect(cp.bus.published).toMatchObject([
      { type: 'run.requested' },
      { type: 'run.launched', data: { detail: { tier: 'small', job: `${runId}-1` } } },
    ]);
  });

  it('prices the job as its tier says, else by its machine', async () => {
    const machine = { region: 'europe-west4', cpu: 8, memoryGb: 32 };
    const tiers = [
      { name: 'own', launcher: 'fake', usdPerHour: 2, machine },
      { name: 'listed', launcher: 'fake', machine },
      { name: 'given', launcher: 'fake', machine: { ...machine, region: 'africa-south1' } },
    ];
    const prices = [
      { sku: 'cloudRun.vcpu' as const, regions: ['africa-south1'], usd: 1 / 3600 },
      { sku: 'cloudRun.gib' as const, regions: ['africa-south1'], usd: 0.5 / 3600 },
    ];
    const cp = await testControlPlane({ tiers, prices });
    const priced = async (name: string) => {
      const { runId } = await cp.request({ compute: { tiers: [name] } });
      await dispatch(cp, runId);
      return (await cp.run(runId)).job?.usdPerHour;
    };
    expect(await priced('own')).toBe(2);
    expect(await priced('listed')).toBeCloseTo(0.7488, 10);
    expect(await priced('given')).toBeCloseTo(8 + 16, 10);
  });

  it('gives the trainer the documented environment and nothing else', async () => {
    const cp = await testControlPlane();
    const { runId, spec, specDigest } = await cp.request();
    await dispatch(cp, runId);
    const specKey = `specs/${specDigest.replace('sha256:', '')}.json`;
    expect(cp.launcher.started[0]?.env).toEqual({
      RUN_ID: runId,
      MODEL_VERSION: 'demo#1',
      REQUESTED_BY: 'test',
      ATTEMPT: '1',
      SPEC_URI: cp.objects.uri(specKey),
      ARTIFACT_URI: cp.objects.uri(`runs/${runId}`),
      CACHE_URI: cp.objects.uri('cache'),
      CALLBACK_URL: `https://trainyard.example/api/training-runs/${runId}/webhook`,
      RUN_SECRET: deriveRunSecret(MASTER_SECRET, runId, 1),
      DEADLINE: '2026-01-01T01:00:00.000Z',
    });
    expect((await cp.objects.get(specKey))?.toString()).toBe(canonicalJson(spec));
    expect(JSON.stringify(cp.logged)).not.toContain('whsec_');
    expect(JSON.stringify(cp.documents())).not.toContain('whsec_');
  });

  it('gives the trainer the version that served at the request, and remembers what the job was given', async () => {
    const machine = {
      region: 'europe-west4',
      cpu: 24,
      memoryGb: 96,
      machineType: 'g2-standard-24',
      accelerator: { type: 'nvidia-l4' as const, count: 2 },
      spot: true,
    };
    const cp = await testControlPlane({ tiers: [{ name: 'gpu', launcher: 'fake', machine }] });
    const run = newRun(cp.now(), { production: { version: 3, uri: 'gs://b/runs/x/model/a0001' } });
    await cp.put(run);
    await dispatch(cp, run.runId);
    expect(cp.launcher.started[0]?.env).toMatchObject({
      PRODUCTION_URI: 'gs://b/runs/x/model/a0001',
      PRODUCTION_VERSION: '3',
    });
    expect(cp.launcher.started[0]?.env).not.toHaveProperty('QUICK_TEST_RESULT');
    expect(await cp.run(run.runId)).toMatchObject({
      computeConfig: {
        gpuType: 'nvidia-l4',
        gpuCount: 2,
        preemptible: true,
        machineType: 'g2-standard-24',
      },
      consoleUrl: null,
    });
  });

  it('tells the trainer what the quick test has reached that the run came from', async () => {
    const cp = await testControlPlane();
    const quick = newRun(cp.now(), {
      runId: 'b'.repeat(20),
      runNumber: 7,
      status: 'completed',
      result: { ...RESULT, metrics: { val_loss: 6, test_recall_at_10: 0.2 } },
    });
    const run = newRun(cp.now(), { quickRunId: quick.runId });
    await cp.put(quick, run);
    await dispatch(cp, run.runId);
    expect(JSON.parse(cp.launcher.started[0]?.env['QUICK_TEST_RESULT'] ?? '')).toEqual({
      name: 'demo#7',
      rowsDigest: null,
      metrics: { test_recall_at_10: 0.2 },
    });
  });

  it('tells the trainer what the run has to do with a sweep', async () => {
    const cp = await testControlPlane();
    const inSweep = {
      sweepId: 'q5w2kzt7mbx3hvac4ndy',
      name: 'rates',
      role: 'trial' as const,
      trial: 2,
      maxTrials: 3,
      metric: 'val_loss',
      results: 1,
      best: { trial: 1, value: 6 },
      changes: [],
      moreChanges: 0,
    };
    const run = newRun(cp.now(), { inSweep });
    await cp.put(run);
    await dispatch(cp, run.runId);
    expect(JSON.parse(cp.launcher.started[0]?.env['IN_SWEEP'] ?? '')).toEqual(inSweep);
  });

  it('gives the run’s own deadline where it comes before the limit of the tier', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request({ compute: { deadlineSeconds: 90 } });
    await dispatch(cp, runId);
    expect(cp.launcher.started[0]?.env['DEADLINE']).toBe('2026-01-01T00:01:30.000Z');
  });

  it.each(['provisioning', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const)(
    'leaves a %s one as it is',
    async (status) => {
      const cp = await testControlPlane();
      const run = newRun(cp.now(), { status });
      await cp.put(run);
      await dispatch(cp, run.runId);
      expect(cp.launcher.launches).toBe(0);
      expect(await cp.run(run.runId)).toEqual(run);
    },
  );

  it('does nothing for one that does not exist', async () => {
    const cp = await testControlPlane();
    await dispatch(cp, 'abcdefghijklmnopqrst');
    expect(cp.documents()).toEqual({});
  });

  it('waits until a retry is due', async () => {
    const cp = await testControlPlane();
    const run = newRun(cp.now(), { attempt: 2, retryAt: '2026-01-01T00:00:04.000Z' });
    await cp.put(run);
    await dispatch(cp, run.runId);
    expect(cp.launcher.launches).toBe(0);
    cp.pass(4);
    await dispatch(cp, run.runId);
    expect(cp.launcher.started).toMatchObject([{ attempt: 2 }]);
  });
});

describe('a run is launched once', () => {
  it('when two dispatchers, or ten, are at it at once', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    await Promise.all(Array.from({ length: 10 }, () => dispatch(cp, runId)));
    expect(cp.launcher.launches).toBe(1);
    expect(await cp.run(runId)).toMatchObject({ status: 'provisioning', attempt: 1 });
  });

  it('when its dispatcher dies between the launch and the record, and another one comes after the lease', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.launcher.afterLaunch = () => cp.store.failNextCommits();
    await expect(dispatch(cp, runId)).rejects.toThrow('the store is gone');
    cp.launcher.afterLaunch = () => {};
    expect(await cp.run(runId)).toMatchObject({ status: 'pending', job: null });

    await dispatch(cp, runId);
    expect(cp.launcher.launches).toBe(1);
    cp.pass(29);
    await dispatch(cp, runId);
    expect(cp.launcher.launches).toBe(1);
    cp.pass(1);
    await dispatch(cp, runId);
    expect(cp.launcher.launches).toBe(2);
    expect(cp.launcher.started).toHaveLength(1);
    expect(await cp.run(runId)).toMatchObject({ status: 'provisioning', job: { name: `${runId}-1` } });
    expect(cp.bus.published.map(({ type }) => type)).toEqual(['run.requested', 'run.launched']);
  });

  it('when nobody can tell what became of the launch: it is tried again after the lease', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.launcher.beforeLaunch = () => {
      throw new Error('connection reset');
    };
    await expect(dispatch(cp, runId)).rejects.toThrow('connection reset');
    cp.launcher.beforeLaunch = () => {};
    cp.pass(30);
    await dispatch(cp, runId);
    expect(cp.launcher.started).toHaveLength(1);
    expect((await cp.run(runId)).status).toBe('provisioning');
  });

  it('when it is cancelled while it is launched: its job is stopped', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    let cancelled: Promise<unknown> | undefined;
    cp.launcher.afterLaunch = () => {
      cancelled = recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
    };
    await dispatch(cp, runId);
    await cancelled;
    expect(await cp.run(runId)).toMatchObject({ status: 'cancelled', job: null });
    expect(cp.launcher.cancelled).toEqual([`${runId}-1`]);
    expect(await cp.launcher.inspect(`${runId}-1`)).toEqual({ state: 'ended', exitCode: 143 });
  });
});

describe('tiers', () => {
  const full =
    (...tiers: string[]) =>
    ({ tier }: { tier: string }) => {
      if (tiers.includes(tier)) throw new CapacityError(`no machine of ${tier}`);
    };

  it('without capacity give way to the next one, in the same attempt', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.launcher.beforeLaunch = full('small');
    await dispatch(cp, runId);
    expect(names(cp.launcher.started)).toEqual(['large']);
    expect(cp.launcher.started[0]?.env['DEADLINE']).toBe('2026-01-01T02:00:00.000Z');
    expect(await cp.run(runId)).toMatchObject({
      status: 'provisioning',
      tierIndex: 1,
      attempt: 1,
      retriesUsed: 0,
    });
  });

  it('that all have none fail the run, which says so', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.launcher.beforeLaunch = full('small', 'large');
    await dispatch(cp, runId);
    expect(cp.launcher.launches).toBe(TIERS.length);
    const { status, error } = await cp.run(runId);
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      code: 'no-capacity',
      remedy: expect.stringContaining('compute.tiers') as string,
    });
    expect(error?.message).toContain('large: no machine of large');
    expect(cp.bus.published.at(-1)).toMatchObject({ type: 'run.failed', data: { status: 'failed' } });
  });

  it('are those that the run names, in its order', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request({ compute: { tiers: ['large', 'small'] } });
    const tried: string[] = [];
    cp.launcher.beforeLaunch = ({ tier }) => {
      tried.push(tier);
      full('large')({ tier });
    };
    await dispatch(cp, runId);
    expect(tried).toEqual(['large', 'small']);
  });

  it('that the deployment has no longer are passed over; without any the run fails', async () => {
    const cp = await testControlPlane();
    const spec = (await cp.request()).spec;
    const put = async (runId: string, tiers: string[]) => {
      const run = newRun(cp.now(), { runId, spec: { ...spec, compute: { ...spec.compute, tiers } } });
      await cp.put(run);
      await dispatch(cp, runId);
      return cp.run(runId);
    };
    expect(await put('aaaaaaaaaaaaaaaaaaaa', ['gone', 'large'])).toMatchObject({ job: { tier: 'large' } });
    expect(await put('bbbbbbbbbbbbbbbbbbbb', ['gone'])).toMatchObject({
      status: 'failed',
      error: { code: 'no-tier', message: expect.stringContaining('gone') as string },
    });
  });

  it('that reject the job fail the run with the platform’s remedy, and no other one is tried', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.launcher.beforeLaunch = () => {
      throw new LaunchRejectedError('no such image', 'build the image');
    };
    await dispatch(cp, runId);
    expect(cp.launcher.launches).toBe(1);
    expect(await cp.run(runId)).toMatchObject({
      status: 'failed',
      error: { code: 'launch-rejected', message: 'no such image', remedy: 'build the image' },
    });
  });
});
