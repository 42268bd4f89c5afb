import { isTerminal, newRunId, paths } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setControlPlane } from '../../functions/currentControlPlane.js';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { parseVersion, readModel } from '../../functions/models/repository.js';
import { readRun } from '../../functions/runs/repository.js';
import { queries } from '../../functions/queries.js';
import { signed, trainer } from '../support/callbacks.js';
import { START, testControlPlane } from '../support/controlPlane.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { FaultyStore } from '../support/faults.js';
import { serveFunction } from '../support/functionClient.js';
import { newRun } from '../support/newRun.js';
import { until } from '../support/until.js';

const RUNS = 100;
const WARM_UP = 20;
const WITHIN_MS = 20_000;

describe.skipIf(emulatorsMissing)('runs of one model on Firestore', () => {
  let store: DocumentStore;
  beforeAll(async () => {
    store = await openFirestoreDocumentStore({
      projectId: 'demo-completed-at-once',
      emulator: sharedEmulators().firestore,
    });
  });
  afterAll(() => store.close());

  it(`that complete at once, ${RUNS} of them, are all recorded within ${WITHIN_MS / 1000} s, each as one version`, async () => {
    const cp = { ...(await testControlPlane()), store: new FaultyStore(store) };
    setControlPlane(async () => cp);
    const webhooks = await serveFunction('webhooks');
    const versionsOf = async (modelId: string) =>
      (await store.query(queries.modelVersions(modelId, { limit: RUNS + 1 }))).map(parseVersion);
    /** Resolves to the runs once each is a version, and says how long that took. */
    const completeAtOnce = async (modelId: string, count: number) => {
      const runs = Array.from({ length: count }, (_, i) =>
        newRun(START, { runId: newRunId(), modelId, runNumber: i + 1, status: 'running' }),
      );
      await store.transaction(async (tx) => {
        for (const run of runs) tx.set(paths.run(run.runId), { ...run });
      });
      const began = performance.now();
      const complete = async (runId: string) => {
        const { path, sent } = signed(trainer().completed(), { now: cp.now(), runId });
        const heard = async () => (await webhooks.send(path, sent)).status === 200;
        // As a trainer does: again until it is told that it was heard.
        await until(`run ${runId} to be heard`, heard, 120_000);
      };
      await Promise.all(runs.map(({ runId }) => complete(runId)));
      await until('the versions', async () => (await versionsOf(modelId)).length >= count, 120_000);
      return { runs, took: performance.now() - began };
    };
    // What the emulator and the clients compile and connect at their first use is not measured.
    await completeAtOnce(`m-${newRunId()}`, WARM_UP);

    const modelId = `m-${newRunId()}`;
    const { runs, took } = await completeAtOnce(modelId, RUNS);

    for (const { runId } of runs) expect(isTerminal((await readRun(store, runId))!.status)).toBe(true);
    const registered = await versionsOf(modelId);
    expect(registered.map(({ version }) => version).toReversed()).toEqual(runs.map((_, i) => i + 1));
    expect(new Set(registered.map(({ runId }) => runId))).toEqual(new Set(runs.map(({ runId }) => runId)));
    expect(await readModel(store, modelId)).toMatchObject({ lastVersion: RUNS });
    expect(took).toBeLessThan(WITHIN_MS);
  }, 300_000);
});
