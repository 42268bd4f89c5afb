import { newRunId, paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { endedRun } from '../../test/support/endedRun.js';
import { START, testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { trainer } from '../../test/support/callbacks.js';
import { newRun } from '../../test/support/newRun.js';
import { until } from '../../test/support/until.js';
import { parseVersion, readModel } from '../models/repository.js';
import { queries } from '../queries.js';
import { recordCallbacks } from './recordCallback.js';
import { reconcile } from './reconcile.js';
import { registerVersions } from './registerVersions.js';
import type { RunCallback } from '@trainyard/shared';

const MODEL = 'demo';

/** Completed runs as a crash right after their ends leaves them, in that order. */
async function leftBehind(cp: TestControlPlane, count: number): Promise<Run[]> {
  const runs = Array.from({ length: count }, (_, i) =>
    endedRun('completed', {
      runId: newRunId(),
      modelId: MODEL,
      runNumber: i + 1,
      endedAt: new Date(START.getTime() + i).toISOString(),
    }),
  );
  await cp.put(...runs);
  await cp.store.transaction(async (tx) => {
    for (const { runId, modelId, endedAt } of runs)
      tx.set(paths.registration(runId), { runId, modelId, completedAt: endedAt });
  });
  return runs;
}

const versionsOf = async (cp: TestControlPlane) =>
  (await cp.store.query(queries.modelVersions(MODEL, { limit: 1000 }))).map(parseVersion).toReversed();
const registrations = (cp: TestControlPlane) =>
  Object.keys(cp.documents()).filter((path) => path.startsWith('registrations/'));
const registered = ({ bus }: TestControlPlane) =>
  bus.published.filter(({ type }) => type === 'model.version.registered');

describe('the versions of completed runs', () => {
  it('have the order of their ends, without gap or double, however many ask for them at once', async () => {
    const cp = await testControlPlane();
    const runs = await leftBehind(cp, 50);
    await Promise.all(Array.from({ length: 10 }, () => registerVersions(cp, MODEL)));
    const versions = await versionsOf(cp);
    expect(versions.map(({ version }) => version)).toEqual(runs.map((_, i) => i + 1));
    expect(versions.map(({ runId }) => runId)).toEqual(runs.map(({ runId }) => runId));
    expect(await readModel(cp.store, MODEL)).toMatchObject({ lastVersion: 50 });
    expect(registered(cp).map(({ data }) => data.detail['version'])).toEqual(runs.map((_, i) => i + 1));
    expect(registrations(cp)).toEqual([]);
  });

  it('are made by other processes too, each once', async () => {
    const cp = await testControlPlane();
    const runs = await leftBehind(cp, 30);
    // Another store object over the same documents takes no turns with this one.
    const others = Array.from({ length: 4 }, () => ({
      ...cp,
      store: Object.create(cp.store) as TestControlPlane['store'],
    }));
    await Promise.all([cp, ...others].map((each) => registerVersions(each, MODEL)));
    expect(new Set((await versionsOf(cp)).map(({ runId }) => runId)).size).toBe(runs.length);
    expect(new Set(registered(cp).map(({ id }) => id)).size).toBe(runs.length);
    expect(registered(cp)).toHaveLength(runs.length);
  });

  it('keep the best of each test metric', async () => {
    const cp = await testControlPlane();
    const [first, second] = await leftBehind(cp, 2);
    const better = { ...second!.result!, metrics: { test_loss: 4, test_recall_at_5: 0.1 } };
    await cp.put({ ...second!, result: better });
    await registerVersions(cp, MODEL);
    expect((await readModel(cp.store, MODEL))?.bestMetrics).toEqual({
      test_loss: 4,
      test_recall_at_5: first!.result!.metrics['test_recall_at_5'],
      test_recall_at_100: first!.result!.metrics['test_recall_at_100'],
    });
  });

  it('of a run whose host died right after its end are made by reconcile, once it has settled', async () => {
    const cp = await testControlPlane();
    await leftBehind(cp, 3);
    await reconcile(cp);
    expect(await versionsOf(cp)).toEqual([]);
    cp.pass(10);
    expect(await reconcile(cp)).toMatchObject({ failed: 0 });
    expect(await versionsOf(cp)).toHaveLength(3);
    await reconcile(cp);
    expect(await versionsOf(cp)).toHaveLength(3);
    expect(registered(cp)).toHaveLength(3);
  });

  it('that a broken store kept from being made do not keep the trainer from its answer, and come later', async () => {
    const cp = await testControlPlane();
    const run = newRun(START, { runId: newRunId(), modelId: MODEL, status: 'running' });
    await cp.put(run);
    const failing = { ...cp, store: Object.create(cp.store) as TestControlPlane['store'] };
    failing.store.query = () => Promise.reject(new Error('the store is gone'));
    const { id, kind, body } = trainer().completed();
    const callback = { type: 'callback', kind, body } as RunCallback;
    const { answer } = await recordCallbacks(failing, run.runId, 1, [{ id, callback }]);
    expect(answer.command).toBe('stop');
    expect((await cp.run(run.runId)).status).toBe('completed');
    expect(await versionsOf(cp)).toEqual([]);
    expect(cp.logged).toContainEqual(
      expect.objectContaining({ message: 'a completed run becomes a version later' }),
    );
    cp.pass(10);
    await reconcile(cp);
    expect(await versionsOf(cp)).toMatchObject([{ version: 1, runId: run.runId }]);
  });

  it('are not held up by one whose run cannot be read, which stays for somebody to look at', async () => {
    const cp = await testControlPlane();
    const [first] = await leftBehind(cp, 25);
    await cp.store.transaction(async (tx) => tx.delete(paths.run(first!.runId)));
    await registerVersions(cp, MODEL);
    expect(await versionsOf(cp)).toHaveLength(24);
    expect(registrations(cp)).toEqual([paths.registration(first!.runId)]);
    expect(cp.logged).toContainEqual(
      expect.objectContaining({
        severity: 'ERROR',
        message: 'a completed run cannot become a version and stays to be looked at',
      }),
    );
  });

  it('are not waited for longer than a trainer should wait', async () => {
    const cp = await testControlPlane();
    const run = newRun(START, { runId: newRunId(), modelId: MODEL, status: 'running' });
    await cp.put(run);
    const slow = { ...cp, store: Object.create(cp.store) as TestControlPlane['store'] };
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    slow.store.query = async (query) => {
      await held;
      return cp.store.query(query);
    };
    const { id, kind, body } = trainer().completed();
    const callback = { type: 'callback', kind, body } as RunCallback;
    const began = performance.now();
    await recordCallbacks(slow, run.runId, 1, [{ id, callback }]);
    expect(performance.now() - began).toBeLessThan(5_000);
    release();
    await until('the version', async () => (await versionsOf(cp)).length === 1);
  });
});
