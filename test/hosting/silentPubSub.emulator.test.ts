import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openPubSubEventBus } from '@trainyard/functions/ports/eventBus/pubsubEventBus';
import { listEvents } from '@trainyard/functions/runs/repository';
import { isTerminal, paths, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
import { signalGroup } from '../../local/host/emulators/emulatorProcess.js';
import { openEmulators } from '../../local/host/emulators/openEmulators.js';
import { startHost } from '../../local/host/host.js';
import { emulatorsMissing } from '../support/hosts/emulators.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

const SPEC: TrainingSpecInput = {
  dataset: { source: { uri: '/data/purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};
const PROJECT = 'demo-trainyard';
const CALLS = 40;
const AT_A_TIME = 2;

/** A host whose Pub/Sub can be stopped and set going again: what listens stays, and answers nothing. */
async function hostOnEmulators() {
  const directory = await temporaryFolder();
  const host = await startHost({
    directory,
    port: 0,
    openPorts: openEmulators,
    // Refuses every run: its end comes soon, and by the reconciler.
    trainerCommand: ['/bin/sh', '-c', 'exit 2'],
    trainerEnvironment: { PATH: process.env['PATH'] ?? '' },
    print: () => {},
  });
  onTestFinished(() => host.stop());
  const notes = host.notes.join('\n');
  const [, pid = 0] = z
    .array(z.object({ pid: z.number() }))
    .parse(JSON.parse(await readFile(join(directory, 'emulators', 'processes.json'), 'utf8')))
    .map((entry) => entry.pid);
  // Whatever happens, it can be ended with the host.
  onTestFinished(() => signalGroup(pid, 'SIGCONT'));
  return {
    client: new TrainyardClient({ url: host.url, retries: 0 }),
    firestore: notes.match(/FIRESTORE_EMULATOR_HOST=(\S+)/)![1]!,
    pubsub: notes.match(/PUBSUB_EMULATOR_HOST=(\S+)/)![1]!,
    stopPubSub: () => signalGroup(pid, 'SIGSTOP'),
    continuePubSub: () => signalGroup(pid, 'SIGCONT'),
  };
}

describe.skipIf(emulatorsMissing)('a host whose Pub/Sub does not answer', () => {
  it('answers within three seconds, and loses no event and no run when Pub/Sub is back', async () => {
    const { client, firestore, pubsub, stopPubSub, continuePubSub } = await hostOnEmulators();
    const heard = new Set<string>();
    const bus = await openPubSubEventBus({ projectId: PROJECT, emulator: pubsub });
    onTestFinished(() => bus.close());
    await bus.subscribe('test', async ({ id }) => void heard.add(id));
    const store = await openFirestoreDocumentStore({ projectId: PROJECT, emulator: firestore });
    onTestFinished(() => store.close());
    // What is loaded at its first use is loaded.
    await client.start('shop', SPEC);

    stopPubSub();
    const runs: string[] = [];
    const seconds: number[] = [];
    const timed = async <T>(call: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await call();
      seconds.push((performance.now() - began) / 1000);
      return result;
    };
    const callAgain = async () => {
      while (runs.length < CALLS) {
        const { runId } = await timed(() => client.start('shop', SPEC));
        runs.push(runId);
        if (runs.length % 2 === 0) await timed(() => client.cancel(runId));
        await timed(() => client.get(runId));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, callAgain));
    const sorted = seconds.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(0.99 * sorted.length)]).toBeLessThan(3);

    continuePubSub();
    await until(
      'the ends of the runs',
      async () => {
        const found = await Promise.all(runs.map((runId) => client.get(runId)));
        return found.every(({ status }) => isTerminal(status));
      },
      120_000,
    );
    const left = () => store.query({ collection: paths.outbox, limit: 1 });
    await until('an empty outbox', async () => (await left()).length === 0, 60_000);
    for (const runId of runs) {
      for (const { id, published } of await listEvents(store, runId))
        for (const type of published)
          await until(`event ${type} of run ${runId}`, () => heard.has(`${runId}.${id}.${type}`), 60_000);
    }
  }, 300_000);
});
