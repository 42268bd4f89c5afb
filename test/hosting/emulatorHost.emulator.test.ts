import { PubSub } from '@google-cloud/pubsub';
import { RETRAIN_TOPIC, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
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

async function hostIn(directory: string) {
  const host = await startHost({
    directory,
    port: 0,
    openPorts: openEmulators,
    trainerCommand: [process.execPath, '-e', 'process.exit(2)'],
    trainerEnvironment: { PATH: process.env['PATH'] ?? '' },
    print: () => {},
  });
  onTestFinished(() => host.stop());
  const pubsub = host.notes.join('\n').match(/PUBSUB_EMULATOR_HOST=(\S+)/)?.[1];
  const firestore = host.notes.join('\n').match(/FIRESTORE_EMULATOR_HOST=(\S+)/)?.[1];
  return { host, firestore, pubsub, client: new TrainyardClient({ url: host.url, retries: 0 }) };
}

describe.skipIf(emulatorsMissing)('a host on the emulators', () => {
  it('runs a run through Pub/Sub and Firestore, ends its emulators, and finds the run again', async () => {
    const directory = await temporaryFolder();
    const first = await hostIn(directory);
    const { runId } = await first.client.start('shop', SPEC);
    const status = async () => (await first.client.get(runId)).status;
    await until('the end of the run', async () => (await status()) === 'failed');
    await first.host.stop();
    await expect(fetch(`http://${first.firestore}/`)).rejects.toThrow(/fetch failed/);

    const second = await hostIn(directory);
    expect((await second.client.get(runId)).error?.code).toBe('trainer-rejected');
  }, 180_000);

  it('starts a run for a message on the retrain topic', async () => {
    const { client, pubsub } = await hostIn(await temporaryFolder());
    const publisher = new PubSub({
      projectId: 'demo-trainyard',
      apiEndpoint: pubsub!,
      emulatorMode: true,
    });
    onTestFinished(() => publisher.close());
    await publisher.topic(RETRAIN_TOPIC).publishMessage({ json: { modelId: 'shop', spec: SPEC } });
    const run = await until('the run', async () => (await client.list('shop', { limit: 1 })).runs[0], 30_000);
    expect(run).toMatchObject({ name: 'shop#1', requestedBy: 'retrain' });
  }, 180_000);
});
