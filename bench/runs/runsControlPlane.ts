/** A control plane that holds runs and starts none, for benches of lists. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { configSchema } from '@trainyard/functions';
import type { ControlPlane } from '@trainyard/functions/controlPlane';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import { inParallel, newModel, newRunId, paths } from '@trainyard/shared';
import { openStoreAndBus, type StoreSettings } from '../stores/storeAndBus.js';
import { madeUpRun } from './madeUpRuns.js';

/** With its files in a folder. */
export async function runsControlPlane(stores: StoreSettings, folder: string): Promise<ControlPlane> {
  const { store, bus } = await openStoreAndBus(stores, {
    documents: join(folder, 'documents.db'),
    events: { file: join(folder, 'events.db') },
  });
  return {
    store,
    bus,
    objects: openDirectoryObjectStore(join(folder, 'objects')),
    launchers: {},
    config: configSchema.parse({
      publicUrl: 'http://127.0.0.1',
      masterSecret: randomBytes(32).toString('base64url'),
      auth: 'loopback',
      tiers: [{ name: 'local', launcher: 'process' }],
    }),
    now: () => new Date(),
    newId: newRunId,
    log: () => undefined,
  };
}

const PER_COMMIT = 100;

/** Writes the first made-up runs of a model. */
export async function writeRuns(
  { store }: ControlPlane,
  modelId: string,
  count: number,
  ks?: readonly number[],
): Promise<void> {
  const firsts = Array.from({ length: Math.ceil(count / PER_COMMIT) }, (_, i) => i * PER_COMMIT + 1);
  await inParallel(firsts, 4, (first) =>
    store.transaction(async (tx) => {
      for (let number = first; number < Math.min(first + PER_COMMIT, count + 1); number++) {
        const run = madeUpRun(modelId, number, ks);
        tx.set(paths.run(run.runId), { ...run });
      }
    }),
  );
  const model = { ...newModel(modelId, new Date()), lastRunNumber: count };
  await store.transaction(async (tx) => tx.set(paths.model(modelId), model));
}
