import { newRunId, paths, type Run, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import type { JobState } from '../ports/jobLauncher/jobLauncher.js';
import { dispatch } from './dispatch.js';
import type { SentCallback } from './planCallbacks.js';
import { recordCallbacks } from './recordCallback.js';
import { reconcile } from './reconcile.js';
import { until } from '../../test/support/until.js';
import { trainer, type TestCallback } from '../../test/support/callbacks.js';

/** A requested run; `job` is its first job's name. */
async function requested(compute: TrainingSpecInput['compute'] = {}) {
  const cp = await testControlPlane();
  const { runId } = await cp.request({ compute });
  const run = () => cp.run(runId);
  const tell = ({ kind, id, body }: TestCallback) =>
    recordCallbacks(cp, runId, body.attempt, [
      { id, callback: { type: 'callback', kind, body } as SentCallback['callback'] },
    ]);
  return { cp, runId, run, tell, job: `${runId}-1` };
}

/** The same, launched. */
async function launched(compute: TrainingSpecInput['compute'] = {}, stateAtStart?: JobState) {
  const opened = await requested(compute);
  if (stateAtStart) opened.cp.launcher.stateAtStart = stateAtStart;
  await dispatch(opened.cp, opened.runId);
  return opened;
}

describe('reconciling a run that may cost so much', () => {
  const tiers = [{ name: 'small', launcher: 'fake', usdPerHour: 3.6 }];
  const started = async (maxUsd: number) => {
    const cp = await testControlPlane({ tiers });
    const { runId } = await cp.request({ compute: { maxUsd, heartbeatTimeoutSeconds: 86_400 } });
    await dispatch(cp, runId);
    const { kind, id, body } = trainer().heartbeat(0.1);
    await recordCallbacks(cp, runId, 1, [
      { id, callback: { type: 'callback', kind, body } as SentCallback['callback'] },
    ]);
    return { cp, runId };
  };

  it('stops a trainer that is not heard of while it costs, and lets one go on that has cost less', async () => {
    const { cp, runId } = await started(1);
    cp.pass(999);
    await reconcile(cp);
    expect((await cp.run(runId)).status).toBe('running');
    cp.pass(1);
    await reconcile(cp);
    expect(await cp.run(runId)).toMatchObject({
      status: 'cancelling',
      error: { code: 'budget-exceeded', remedy: expect.stringContaining('raise compute.maxUsd') },
    });
  });

  it('counts the time of a trainer that was stopped because it got no further', async () => {
    const cp = await testControlPlane({ tiers });
    const { runId } = await cp.request({
      compute: { idleTimeoutSeconds: 600, heartbeatTimeoutSeconds: 9000 },
    });
    await dispatch(cp, runId);
    cp.pass(1000);
    await reconcile(cp);
    const run = await cp.run(runId);
    expect(run).toMatchObject({ status: 'pending', attempt: 2, error: { code: 'trainer-lost' } });
    expect(run.cost?.usd).toBeCloseTo(1, 9);
  });
});

describe('reconciling a pending run', () => {
  it('launches one that nobody holds, once it is not fresh any more', async () => {
    const { cp, run } = await requested();
    cp.pass(4);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'pending', lease: null });
    cp.pass(1);
    expect(await reconcile(cp)).toEqual({ relayed: 0, runs: 1, failed: 0 });
    expect(await run()).toMatchObject({ status: 'provisioning', attempt: 1 });
    expect(cp.launcher.started).toHaveLength(1);
  });

  it('leaves one to its dispatcher until the lease is over', async () => {
    const { cp, runId, run } = await requested();
    cp.launcher.afterLaunch = () => cp.store.failNextCommits();
    await expect(dispatch(cp, runId)).rejects.toThrow('the store is gone');
    cp.launcher.afterLaunch = () => {};
    cp.pass(29);
    await reconcile(cp);
    expect(cp.launcher.launches).toBe(1);
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.launches).toBe(2);
    expect(cp.launcher.started).toHaveLength(1);
    expect((await run()).status).toBe('provisioning');
  });

  it('done by two at once launches it once', async () => {
    const { cp } = await requested();
    cp.pass(10);
    await Promise.all([reconcile(cp), reconcile(cp), reconcile(cp)]);
    expect(cp.launcher.launches).toBe(1);
  });
});

describe('reconciling a launched run', () => {
  it.each<[what: string, state: JobState]>([
    ['waits for its machine', { state: 'waiting' }],
    ['trains', { state: 'running' }],
  ])('changes nothing while its job %s', async (_what, state) => {
    const { cp, job } = await launched();
    cp.launcher.set(job, state);
    cp.pass(10);
    const before = cp.documents();
    expect(await reconcile(cp)).toEqual({ relayed: 0, runs: 1, failed: 0 });
    expect(cp.documents()).toEqual(before);
  });

  it.each<[what: string, exitCode: number | null]>([
    ['an exit code', 1],
    ['the wish to be tried again', 75],
    ['no last word', null],
    ['0 and no last word', 0],
  ])('starts the next attempt when its job ended with %s, after a pause', async (_what, exitCode) => {
    const { cp, run, job } = await launched();
    cp.launcher.set(job, { state: 'ended', exitCode });
    await reconcile(cp);
    expect(await run()).toMatchObject({
      status: 'pending',
      attempt: 2,
      retriesUsed: 1,
      job: null,
      error: { code: 'trainer-lost' },
      retryAt: '2026-01-01T00:00:01.000Z',
    });
    cp.pass(5);
    await reconcile(cp);
    expect(await run()).toMatchObject({
      status: 'provisioning',
      attempt: 2,
      job: { name: expect.any(String) as string },
    });
    expect(cp.launcher.started.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(cp.launcher.started[1]?.env).toMatchObject({ ATTEMPT: '2' });
  });

  it('fails it when its retries are spent', async () => {
    const { cp, runId, run } = await launched({ maxRetries: 2 });
    for (let attempt = 1; attempt <= 3; attempt++) {
      cp.launcher.set(`${runId}-${attempt}`, { state: 'ended', exitCode: 1 });
      await reconcile(cp);
      cp.pass(60);
      await reconcile(cp);
    }
    const { status, attempt, error } = await run();
    expect({ status, attempt, code: error?.code }).toEqual({
      status: 'failed',
      attempt: 3,
      code: 'trainer-lost',
    });
    expect(error?.message).toMatch(/exit code 1 .*all 2 retries are spent/);
    expect(cp.launcher.started).toHaveLength(3);
  });

  it('fails it at once when the trainer refused the specification or the data', async () => {
    const { cp, run, job } = await launched();
    cp.launcher.set(job, { state: 'ended', exitCode: 2 });
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'trainer-rejected' } });
  });

  it('gives up a job that the platform does not know', async () => {
    const { cp, run, job } = await launched();
    cp.launcher.set(job, { state: 'unknown' });
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'pending', attempt: 2, error: { code: 'trainer-lost' } });
    expect((await run()).error?.message).toContain(job);
  });

  it('believes the trainer’s last word, not the platform’s, when the job has ended', async () => {
    const { cp, run, tell, job } = await launched();
    await tell(trainer().completed());
    cp.launcher.set(job, { state: 'ended', exitCode: 1 });
    expect(await reconcile(cp)).toEqual({ relayed: 0, runs: 0, failed: 0 });
    expect((await run()).status).toBe('completed');
  });

  it('takes a job that waits too long to the next tier under a new attempt, and fails it after the last', async () => {
    const { cp, runId, run, job } = await launched({}, { state: 'waiting' });
    cp.pass(60);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'provisioning', attempt: 1 });
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([job]);
    cp.pass(5);
    await reconcile(cp);
    expect(await run()).toMatchObject({
      status: 'provisioning',
      attempt: 2,
      tierIndex: 1,
      retriesUsed: 0,
      job: { tier: 'large', name: `${runId}-2` },
    });
    cp.pass(121);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'failed', error: { code: 'no-capacity' } });
    expect((await run()).error?.message).toContain('large: no machine within 120 s');
  });

  it('stops a job that is silent too long, counted from its launch or its last callback', async () => {
    const { cp, run, tell, job } = await launched({ heartbeatTimeoutSeconds: 20 });
    cp.pass(15);
    await tell(trainer().heartbeat(0.5));
    cp.pass(20);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'running', attempt: 1 });
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toContain(job);
    expect(await run()).toMatchObject({
      status: 'pending',
      attempt: 2,
      error: { code: 'trainer-lost', message: 'no callback came for 20 s' },
    });
    cp.pass(5);
    await reconcile(cp);
    cp.pass(20);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'provisioning', attempt: 2 });
    cp.pass(1);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'pending', attempt: 3 });
  });

  it('starts no second trainer beside a silent one that could not be stopped', async () => {
    const { cp, run } = await launched({ heartbeatTimeoutSeconds: 20 });
    cp.launcher.failsToCancel = true;
    cp.pass(21);
    expect(await reconcile(cp)).toMatchObject({ failed: 1 });
    expect(await run()).toMatchObject({ status: 'provisioning', attempt: 1 });
    cp.launcher.failsToCancel = false;
    expect(await reconcile(cp)).toMatchObject({ failed: 0 });
    expect(await run()).toMatchObject({ status: 'pending', attempt: 2 });
  });

  it('gives up a trainer whose launch was never recorded and who fell silent', async () => {
    const { cp, run, tell } = await requested({ heartbeatTimeoutSeconds: 20 });
    await tell(trainer().heartbeat(0.5));
    cp.pass(21);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'pending', attempt: 2, error: { code: 'trainer-lost' } });
  });

  it('finds out the job of a trainer whose launch was never recorded, and starts no second one', async () => {
    const { cp, run, tell } = await requested({ heartbeatTimeoutSeconds: 20 });
    cp.launcher.afterLaunch = () => {
      throw new Error('the answer of the platform was lost');
    };
    cp.pass(10);
    await reconcile(cp);
    await tell(trainer().heartbeat(0.5));
    expect(await run()).toMatchObject({ status: 'running', attempt: 1, job: null });
    cp.launcher.afterLaunch = () => {};
    await reconcile(cp);
    const { runId, job } = await run();
    expect(job).toMatchObject({ name: `${runId}-1` });
    expect(cp.launcher.started).toHaveLength(1);
    cp.pass(21);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toContain(`${runId}-1`);
    expect(await run()).toMatchObject({ status: 'pending', attempt: 2 });
  });

  it('stops the unrecorded job of a trainer that fell silent before it gives it up', async () => {
    const { cp, run, tell } = await requested({ heartbeatTimeoutSeconds: 20 });
    await tell(trainer().heartbeat(0.5));
    cp.pass(21);
    await reconcile(cp);
    const { runId, attempt } = await run();
    expect(attempt).toBe(2);
    expect(cp.launcher.cancelled).toContain(`${runId}-1`);
  });

  it('continues from the checkpoint that the lost attempt had made', async () => {
    const { cp, run, tell, job } = await launched();
    const says = trainer();
    for (const callback of [says.epoch(1), says.epoch(2), says.checkpointed(2), says.epoch(3)])
      await tell(callback);
    cp.launcher.set(job, { state: 'ended', exitCode: null });
    await reconcile(cp);
    expect(await run()).toMatchObject({ attempt: 2, currentEpoch: 2, checkpoint: { epoch: 2 } });
  });
});

describe('reconciling a run that is being cancelled', () => {
  async function cancelling(compute: TrainingSpecInput['compute'] = {}) {
    const opened = await launched(compute);
    await opened.tell(trainer().heartbeat(0.5));
    const api = await serveFunction('api');
    await api.send(`/api/training-runs/${opened.runId}/cancel`, { body: {} });
    expect((await opened.run()).status).toBe('cancelling');
    return opened;
  }

  it('gives the trainer its grace, then stops the job, then the run is cancelled', async () => {
    const { cp, run, job } = await cancelling({ cancelGraceSeconds: 10 });
    cp.pass(10);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([]);
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([job]);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'cancelled', endedAt: '2026-01-01T00:00:11.000Z' });
  });

  it.each<JobState>([
    { state: 'ended', exitCode: 143 },
    { state: 'ended', exitCode: 2 },
    { state: 'unknown' },
  ])('ends it as cancelled when its job is over: %j', async (state) => {
    const { cp, run, job } = await cancelling();
    cp.launcher.set(job, state);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'cancelled', error: null });
    expect(cp.bus.published.at(-1)?.type).toBe('run.cancelled');
  });
});

describe('reconciling a run whose deadline has passed', () => {
  it('fails a pending one, which is launched no more', async () => {
    const { cp, run } = await requested({ deadlineSeconds: 60 });
    cp.pass(60);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'failed', error: { code: 'deadline-passed' } });
    expect(cp.launcher.launches).toBe(0);
  });

  it('fails a running one and stops its job, although the platform does not answer', async () => {
    const { cp, run, tell, job } = await launched({ deadlineSeconds: 60 });
    await tell(trainer().heartbeat(0.5));
    cp.launcher.unreachable.add(job);
    cp.launcher.failsToCancel = true;
    cp.pass(60);
    expect(await reconcile(cp)).toMatchObject({ failed: 0 });
    expect(cp.logged).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', message: 'a job could not be stopped' }),
    );
    expect(cp.logged).toContainEqual(
      expect.objectContaining({
        message: 'a run ended',
        fields: expect.objectContaining({ status: 'failed', code: 'deadline-passed' }),
      }),
    );
    expect(await run()).toMatchObject({ status: 'failed', error: { code: 'deadline-passed' } });
    expect(cp.launcher.cancelled).toEqual([job]);
  });
});

describe('reconciling a run whose trainer reports but gets no further', () => {
  it('stops the job and launches the next attempt once the idle limit is over', async () => {
    const { cp, run, tell, job } = await launched({ idleTimeoutSeconds: 120, heartbeatTimeoutSeconds: 100 });
    const trainerOfRun = trainer();
    await tell(trainerOfRun.heartbeat(0.5));
    for (let minute = 0; minute < 2; minute++) {
      cp.pass(60);
      await tell(trainerOfRun.heartbeat(0.5));
      await reconcile(cp);
      expect(await run()).toMatchObject({ status: 'running', attempt: 1 });
    }
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toContain(job);
    expect(await run()).toMatchObject({
      attempt: 2,
      error: { code: 'trainer-lost', message: 'the trainer reported no progress for 120 s' },
    });
  });

  it('leaves a trainer alone that gets further, however slowly', async () => {
    const { cp, run, tell } = await launched({ idleTimeoutSeconds: 120, heartbeatTimeoutSeconds: 100 });
    const trainerOfRun = trainer();
    for (let minute = 0; minute < 5; minute++) {
      cp.pass(90);
      await tell(trainerOfRun.heartbeat(minute / 10));
      await reconcile(cp);
    }
    expect(await run()).toMatchObject({ status: 'running', attempt: 1 });
  });
});

describe('reconciling many runs', () => {
  const job = (name: string) => ({
    tier: 'small',
    name,
    launchedAt: '2026-01-01T00:00:00.000Z',
    usdPerHour: null,
  });

  it('looks at all 250 of them, and at none that is over', async () => {
    const cp = await testControlPlane();
    const run = (i: number, parts: Partial<Run> = {}) =>
      newRun(new Date(cp.now().getTime() + Math.floor(i / 90) * 1000), {
        runId: newRunId(),
        runNumber: i + 1,
        ...parts,
      });
    const open = Array.from({ length: 250 }, (_, i) => run(i));
    const over = (['completed', 'failed', 'cancelled'] as const).map((status, i) => run(i, { status }));
    await cp.put(...open, ...over);
    cp.pass(60);
    expect(await reconcile(cp)).toEqual({ relayed: 0, runs: 250, failed: 0 });
    expect(new Set(cp.launcher.started.map(({ runId }) => runId))).toEqual(
      new Set(open.map(({ runId }) => runId)),
    );
  });

  it('is not stopped by one that cannot be looked at or read', async () => {
    const cp = await testControlPlane();
    const [unreachable, broken, good] = [
      'aaaaaaaaaaaaaaaaaaaa',
      'bbbbbbbbbbbbbbbbbbbb',
      'cccccccccccccccccccc',
    ] as const;
    await cp.put(
      newRun(cp.now(), { runId: unreachable, status: 'running', job: job('gone') }),
      newRun(cp.now(), { runId: good }),
    );
    await cp.store.transaction(async (tx) =>
      tx.set(paths.run(broken), { status: 'running', createdAt: cp.now().toISOString(), schemaVersion: 99 }),
    );
    cp.launcher.unreachable.add('gone');
    cp.pass(10);
    expect(await reconcile(cp)).toEqual({ relayed: 0, runs: 3, failed: 2 });
    expect(cp.launcher.started).toMatchObject([{ runId: good }]);
    const named = cp.logged
      .filter(({ severity }) => severity === 'ERROR')
      .map(({ fields }) => fields['runId']);
    expect(new Set(named)).toEqual(new Set([unreachable, broken]));
    expect(named).toHaveLength(2);
  });

  it('is not held up by one that takes long', async () => {
    const cp = await testControlPlane();
    const slow = newRun(cp.now(), { runId: 'aaaaaaaaaaaaaaaaaaaa', status: 'running', job: job('slow') });
    const others = Array.from({ length: 30 }, () => newRun(cp.now(), { runId: newRunId() }));
    await cp.put(slow, ...others);
    cp.pass(10);
    const inspect = cp.launcher.inspect.bind(cp.launcher);
    cp.launcher.inspect = async (name) => {
      await until('the others', () => cp.launcher.started.length === others.length);
      return inspect(name);
    };
    expect(await reconcile(cp)).toMatchObject({ runs: 31, failed: 0 });
  });

  it('is a function that answers with what it did, to nobody without a way in', async () => {
    const { cp } = await requested();
    cp.pass(10);
    const open = await serveFunction('reconcile');
    expect((await open.send('/', { body: {} })).json).toEqual({ relayed: 0, runs: 1, sweeps: 0, failed: 0 });
    await testControlPlane({ auth: 'none' });
    expect((await open.refused('/', { body: {} })).status).toBe(401);
  });
});

describe('what reconcile tells of the open runs', () => {
  const told = (cp: Awaited<ReturnType<typeof testControlPlane>>) =>
    cp.logged.filter(({ message }) => message === 'open runs were looked at').map(({ fields }) => fields);

  it('is the longest silence, and how little a GPU of a run that trains is used', async () => {
    const { cp, run, tell } = await launched();
    await tell(trainer().heartbeat(0.5));
    const document = await run();
    await cp.store.transaction(async (tx) => {
      tx.set(paths.run(document.runId), {
        ...document,
        currentStage: 'train',
        resources: { rssMb: 1, cpuPercent: 1, gpuPercent: 12, gpuMemoryMb: 1 },
      });
    });
    cp.pass(7);
    await reconcile(cp);
    expect(told(cp)).toEqual([{ runs: 1, failed: 0, longestSilenceSeconds: 7, lowestGpuPercent: 12 }]);
  });

  it('is nothing while no run is open', async () => {
    const cp = await testControlPlane();
    await reconcile(cp);
    expect(told(cp)).toEqual([]);
  });
});
