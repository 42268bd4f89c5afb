import { newRunId, paths } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeSweep } from '../../functions/sweeps/changeSweep.js';
import { readEnd } from '../../functions/sweeps/documents.js';
import { queueTrial } from '../../functions/sweeps/queueTrial.js';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { queries } from '../../functions/queries.js';
import { testControlPlane } from '../support/controlPlane.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { FaultyStore } from '../support/faults.js';
import { SweepWorld } from '../support/sweepWorld.js';

const RATE = 'training.optimizer.learningRate';

describe.skipIf(emulatorsMissing)('a sweep on Firestore', () => {
  let store: DocumentStore;
  beforeAll(async () => {
    store = await openFirestoreDocumentStore({
      projectId: 'demo-sweeps',
      emulator: sharedEmulators().firestore,
    });
  });
  afterAll(() => store.close());

  it('tries each number once although its events are lost, doubled and late, stops who falls behind, and is extended', async () => {
    let state = 7;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const cp = { ...(await testControlPlane()), store: new FaultyStore(store) };
    const world = new SweepWorld(cp, {
      epochs: 3,
      objectiveOf: (_parameters, epoch, trial) => (trial % 2 === 0 ? 100 + trial : 1) + 1 / epoch,
      deliveries: () => Math.floor(random() * 4),
    });
    const space = { [RATE]: { type: 'logFloat', min: 0.001, max: 0.5 } };
    const limits = { maxTrials: 6, maxParallel: 3 };
    const modelId = `m-${newRunId()}`;
    const sweep = await world.start({ space, strategy: 'random', pruner: 'asha', ...limits }, modelId);
    const { sweepId } = sweep;
    await queueTrial(cp, sweep, { parameters: { [RATE]: 0.1 }, by: 'ada', idempotencyKey: undefined });
    await world.run(sweepId);
    expect(await readEnd(store, sweep)).toMatchObject({ reason: 'maxTrials', trials: 6 });
    const change = { action: 'extend', limits: { maxTrials: 7 } } as const;
    await changeSweep(cp, { sweepId, change, by: 'ada', idempotencyKey: undefined });
    await world.run(sweepId);
    const trials = await world.trials(sweepId);
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 7 }, (_, i) => i + 1));
    const states = new Set(trials.map((trial) => trial.state));
    expect(states).toEqual(new Set(['completed', 'pruned']));
    expect(trials.filter(({ decision }) => decision === null)).toHaveLength(1);
    const runs = await store.query(queries.runsOfModel(modelId, {}, { limit: 100 }));
    expect(new Set(runs.map(({ path }) => path))).toEqual(
      new Set(trials.map(({ runId }) => paths.run(runId ?? 'none'))),
    );
    expect(world.mostOpen).toBeLessThanOrEqual(3);
  });
});
