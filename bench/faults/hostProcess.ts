/** The functions host under test, in a process of its own, so that it can be killed. Run with its settings as JSON. */
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema, jsonLog, setControlPlane, type ControlPlane } from '@trainyard/functions';
import { SUBSCRIPTIONS } from '@trainyard/functions/events/subscriptions';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import { startFunctionServer } from '@trainyard/local/host/functionServer';
import { eventMessage, pushBody, pushPath } from '@trainyard/local/host/pubsubPush';
import { startReconciler } from '@trainyard/local/host/reconciler';
import type { TrainyardEvent } from '@trainyard/shared';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { openStoreAndBus } from '../stores/storeAndBus.js';
import { deliverBadly } from './faultyDelivery.js';
import { BreakableStore, recordingBus } from './faultyPorts.js';
import { FileLauncher } from './fileLauncher.js';
import { JobFiles } from './jobFiles.js';
import {
  files,
  FIRST_TIER,
  hostSettingsSchema,
  MASTER_SECRET,
  orderSchema,
  SECOND_TIER,
  type HostSettings,
} from './settings.js';

const RECONCILE_MS = 500;
/** A cent a second. */
const USD_PER_HOUR = 36;
const SUBSCRIBED = ['dispatch', 'sweeps'] as const;
const PROJECT = 'trainyard-faults';

/** The control plane, and its store's switch. */
async function openControlPlane(
  settings: HostSettings,
  random: () => number,
): Promise<ControlPlane & { store: BreakableStore }> {
  const { folder, publicUrl, faulty } = settings;
  const append = (name: string, entry: unknown) =>
    appendFileSync(join(folder, name), `${JSON.stringify(entry)}\n`);
  const { store, bus } = await openStoreAndBus(settings.stores, {
    documents: join(folder, files.documents),
    events: { file: join(folder, files.events), retryDelaysMs: [50, 200, 500] },
  });
  const launcher = new FileLauncher({
    files: new JobFiles(join(folder, files.jobs)),
    losesAnswer: () => faulty && random() < 0.1,
    onLaunch: (name, tier, outcome) => append(files.launches, { name, tier, outcome }),
  });
  return {
    store: new BreakableStore(store),
    bus: recordingBus(bus, (event) => append(files.published, event)),
    objects: openDirectoryObjectStore(join(folder, files.objects)),
    launchers: { files: launcher },
    config: configSchema.parse({
      publicUrl,
      masterSecret: MASTER_SECRET,
      auth: 'loopback',
      tiers: [FIRST_TIER, SECOND_TIER].map((name) => ({ name, launcher: 'files', usdPerHour: USD_PER_HOUR })),
      leaseSeconds: 2,
      settleSeconds: 0.5,
    }),
    now: () => new Date(),
    newId: randomUUID,
    log: jsonLog((line) => appendFileSync(join(folder, files.log), line)),
  };
}

async function serve(settings: HostSettings): Promise<void> {
  const random = randomFor(settings.seed, 'host');
  const plane = await openControlPlane(settings, random);
  process.on('message', (message) => (plane.store.state = orderSchema.parse(message).store));
  const server = await startFunctionServer(0, randomBytes(32).toString('base64url'));
  setControlPlane(() => Promise.resolve(plane));
  for (const path of ['/healthz', '/api/training-runs/-/webhook/-'])
    await (await fetch(`${server.url}${path}`)).arrayBuffer();
  for (const name of SUBSCRIBED) {
    const onEvent = (event: TrainyardEvent) => {
      const deliver = () =>
        server.invoke(name, pushPath(PROJECT), pushBody(PROJECT, name, eventMessage(event)));
      return settings.faulty ? deliverBadly(random, deliver) : deliver();
    };
    await plane.bus.subscribe(name, onEvent, SUBSCRIPTIONS[name]);
  }
  startReconciler(
    () => server.invoke('reconcile', '/', {}),
    RECONCILE_MS,
    (error) => plane.log('WARNING', 'reconcile failed', { error }),
  );
  process.send?.({ url: server.url });
}

// Nobody is left to kill this process.
process.on('disconnect', () => process.exit(0));
await serve(hostSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}')));
