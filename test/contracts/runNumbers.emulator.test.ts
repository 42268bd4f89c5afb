import { newRunId, trainingSpecSchema } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { startRun } from '../../functions/runs/createRun.js';
import { testControlPlane } from '../support/controlPlane.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { FaultyStore } from '../support/faults.js';
import { EXAMPLE_SPEC } from '../support/newRun.js';

describe.skipIf(emulatorsMissing)('run numbers on Firestore', () => {
  let store: DocumentStore;
  beforeAll(async () => {
    store = await openFirestoreDocumentStore({
      projectId: 'demo-numbers',
      emulator: sharedEmulators().firestore,
    });
  });
  afterAll(() => store.close());

  it('have no gap and no double when 200 runs of a model are started at once', async () => {
    const cp = { ...(await testControlPlane()), store: new FaultyStore(store) };
    const modelId = `m-${newRunId()}`;
    const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
    const runs = await Promise.all(
      Array.from({ length: 200 }, () =>
        startRun(cp, { modelId, spec, requestedBy: 'test' }, () => undefined),
      ),
    );
    const numbers = runs.map(({ run }) => run.runNumber).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  }, 60_000);
});
