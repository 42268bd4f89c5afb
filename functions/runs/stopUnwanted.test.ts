import fc from 'fast-check';
import { isTerminal, type Job, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { trainer, type TestCallback } from '../../test/support/callbacks.js';
import { testControlPlane, TIERS } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { dispatch } from './dispatch.js';
import { recordLifecycle } from './lifecycle.js';
import type { SentCallback } from './planCallbacks.js';
import { reconcile } from './reconcile.js';
import { recordCallbacks } from './recordCallback.js';

/** A run whose trainer has begun; `job` is its first job's name. */
async function running() {
  const cp = await testControlPlane();
  const { runId } = await cp.request({ compute: { maxRetries: 1, deadlineSeconds: 86_400 } });
  const tell = ({ kind, id, body }: TestCallback) =>
    recordCallbacks(cp, runId, body.attempt, [
      { id, callback: { type: 'callback', kind, body } as SentCallback['callback'] },
    ]);
  await dispatch(cp, runId);
  const attempt = trainer();
  await tell(attempt.heartbeat(0.1));
  const cancel = () => recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
  return { cp, runId, job: `${runId}-1`, tell, attempt, cancel, run: () => cp.run(runId) };
}

const stateOf = async (cp: Awaited<ReturnType<typeof running>>['cp'], name: string) =>
  (await cp.launcher.inspect(name)).state;

describe('the job of a run that is over', () => {
  it('is stopped when its trainer confirms a cancel and does not leave', async () => {
    const { cp, job, tell, attempt, cancel, run } = await running();
    cp.launcher.ignores(job, 2);
    await cancel();
    await tell(attempt.checkpointed(1, 'stopped'));
    expect(await run()).toMatchObject({
      status: 'cancelled',
      stopping: { since: cp.now().toISOString(), jobs: [{ job: { name: job } }] },
    });
    expect(await stateOf(cp, job)).toBe('running');
    const { updatedAt: _, stopping: __, ...over } = await run();
    for (let round = 0; round < 3; round++) await reconcile(cp);
    expect(await stateOf(cp, job)).toBe('ended');
    const { updatedAt: ___, ...after } = await run();
    expect(after).toEqual({ ...over, stopping: null });
  });

  it('is stopped although the first request failed, of a run that failed', async () => {
    const { cp, job, tell, attempt, run } = await running();
    cp.launcher.failsToCancel = true;
    await tell(attempt.failed(false));
    expect((await run()).status).toBe('failed');
    expect(await reconcile(cp)).toMatchObject({ failed: 1 });
    expect(await stateOf(cp, job)).toBe('running');
    cp.launcher.failsToCancel = false;
    expect(await reconcile(cp)).toMatchObject({ failed: 0 });
    expect(await stateOf(cp, job)).toBe('ended');
    await reconcile(cp);
    const asked = cp.launcher.cancelled.length;
    await reconcile(cp);
    expect(cp.launcher.cancelled).toHaveLength(asked);
    expect((await run()).stopping).toBeNull();
  });

  it('has time to leave when all is done, and is stopped when it does not', async () => {
    const { cp, job, tell, attempt, run } = await running();
    await tell(attempt.completed());
    cp.pass(29);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([]);
    cp.pass(1);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([job]);
    await reconcile(cp);
    expect(await run()).toMatchObject({ status: 'completed', stopping: null });
  });

  it('is left alone once it has ended by itself', async () => {
    const { cp, job, tell, attempt, run } = await running();
    await tell(attempt.completed());
    cp.launcher.set(job, { state: 'ended', exitCode: 0 });
    await reconcile(cp);
    cp.pass(3600);
    await reconcile(cp);
    expect(cp.launcher.cancelled).toEqual([]);
    expect((await run()).stopping).toBeNull();
  });

  it('is asked to end once more by a second cancel', async () => {
    const { cp, job, runId, tell, attempt, cancel } = await running();
    cp.launcher.ignores(job, 1);
    await cancel();
    await tell(attempt.checkpointed(1, 'stopped'));
    const api = await serveFunction('api');
    const { status, json } = await api.send(`/api/training-runs/${runId}/cancel`, { method: 'POST' });
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'cancelled', stopping: { jobs: [{ job: { name: job } }] } });
    expect(await stateOf(cp, job)).toBe('ended');
  });

  it('is taken for ended once no platform would let it run any longer, also on a tier that is gone', async () => {
    const cp = await testControlPlane();
    const job: Job = { tier: 'dropped', name: 'j', launchedAt: cp.now().toISOString(), usdPerHour: null };
    const since = cp.now().toISOString();
    const run = newRun(cp.now(), { status: 'failed', job, stopping: { since, jobs: [{ job, since }] } });
    await cp.put(run);
    expect(await reconcile(cp)).toMatchObject({ failed: 1 });
    cp.pass(8 * 86_400 + 1);
    expect(await reconcile(cp)).toMatchObject({ failed: 0 });
    expect((await cp.run(run.runId)).stopping).toBeNull();
    expect(cp.logged).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', fields: expect.objectContaining({ job: 'j' }) }),
    );
  });
});

describe('the job of an attempt that is over', () => {
  it('is stopped beside the attempt that follows it', async () => {
    const { cp, job, tell, attempt, run, runId } = await running();
    cp.launcher.failsToCancel = true;
    await tell(attempt.failed(true));
    cp.launcher.failsToCancel = false;
    cp.pass(60);
    await reconcile(cp);
    expect(await stateOf(cp, job)).toBe('ended');
    await reconcile(cp);
    expect(await run()).toMatchObject({ attempt: 2, job: { name: `${runId}-2` }, stopping: null });
    expect(await stateOf(cp, `${runId}-2`)).toBe('running');
  });
});

/** What may happen to a run, in any order. */
const step = fc.oneof(
  fc.constantFrom(
    'dispatch',
    'heartbeat',
    'stopped',
    'failed',
    'failedForGood',
    'completed',
    'cancel',
    'reconcile',
    'jobDies',
    'storeFailsOnce',
    'platformFails',
    'platformAnswers',
    'deadline',
  ),
  fc.record({ seconds: fc.integer({ min: 1, max: 400 }) }),
);
type Happening = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('no job runs whose run is over', () => {
  it('once reconcile has gone round, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(3), async (happenings, deaf) => {
        const cp = await testControlPlane({ tiers: TIERS });
        const { runId } = await cp.request({ compute: { maxRetries: 2, cancelGraceSeconds: 5 } });
        let voice = trainer();
        for (const happening of happenings) {
          const run = await cp.run(runId);
          if (voice.attempt !== run.attempt) voice = trainer(run.attempt);
          // What fails, a callback that is not taken or a store that is gone, is for others to try again.
          await happen(cp, run, voice, happening).catch(() => undefined);
        }
        for (const { attempt } of cp.launcher.started) cp.launcher.ignores(`${runId}-${attempt}`, deaf);
        cp.launcher.failsToCancel = false;
        cp.store.failNextCommits(0);
        await recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
        // The grace of a cancel, that of a trainer that has completed, and that of a dispatcher that died.
        for (let round = 0; round < deaf + 6; round++) {
          cp.pass(31);
          await reconcile(cp);
        }
        const after = await cp.run(runId);
        expect(isTerminal(after.status)).toBe(true);
        expect(after.stopping).toBeNull();
        const states = await Promise.all(
          cp.launcher.started.map(({ attempt }) => stateOf(cp, `${runId}-${attempt}`)),
        );
        expect(states.filter((state) => state !== 'ended')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

async function happen(
  cp: Awaited<ReturnType<typeof testControlPlane>>,
  { runId }: Run,
  voice: ReturnType<typeof trainer>,
  happening: Happening,
): Promise<void> {
  const tell = async ({ kind, id, body }: TestCallback) => {
    // No trainer speaks before its job was started, though nobody may have recorded that.
    if (!cp.launcher.started.some(({ attempt }) => attempt === body.attempt)) return;
    const callback = { type: 'callback', kind, body } as SentCallback['callback'];
    await recordCallbacks(cp, runId, body.attempt, [{ id, callback }]);
  };
  if (typeof happening !== 'string') return cp.pass(happening.seconds);
  switch (happening) {
    case 'dispatch':
      return dispatch(cp, runId);
    case 'heartbeat':
      return tell(voice.heartbeat(0.5));
    case 'stopped':
      return tell(voice.checkpointed(1, 'stopped'));
    case 'failed':
      return tell(voice.failed(true));
    case 'failedForGood':
      return tell(voice.failed(false));
    case 'completed':
      return tell(voice.completed());
    case 'cancel':
      return void (await recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' })));
    case 'reconcile':
      return void (await reconcile(cp));
    case 'jobDies':
      return cp.launcher.set(`${runId}-${voice.attempt}`, { state: 'ended', exitCode: null });
    case 'storeFailsOnce':
      return cp.store.failNextCommits();
    case 'platformFails':
      cp.launcher.failsToCancel = true;
      return;
    case 'platformAnswers':
      cp.launcher.failsToCancel = false;
      return;
    case 'deadline':
      return void (await recordLifecycle(cp, runId, () => ({ type: 'deadlinePassed' })));
  }
}
