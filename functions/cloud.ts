/** The control plane of deployed functions: Firestore, Pub/Sub, Cloud Storage, and the launchers that the tiers ask for. */
import { randomUUID } from 'node:crypto';
import { openCloudLaunchers, type LauncherClients } from './compute/cloudLaunchers.js';
import { configFromEnvironment, type Config, type Deployment } from './config.js';
import type { ControlPlane } from './controlPlane.js';
import { jsonLog } from './log.js';
import { openFirestoreDocumentStore } from './ports/documentStore/firestoreDocumentStore.js';
import { lazyEventBus } from './ports/lazyPorts.js';
import { openCloudStorageObjectStore } from './ports/objectStore/cloudStorageObjectStore.js';

export function controlPlaneFromEnvironment(): Promise<ControlPlane> {
  return openCloud(configFromEnvironment());
}

/**
 * Every request reads documents: Firestore's client is loaded here. The others are loaded where they are first used. Topics,
 * subscriptions, the bucket and the Jobs must be there; these functions may not make any.
 */
export async function openCloud(
  config: Config & Deployment,
  clients: LauncherClients = {},
): Promise<ControlPlane> {
  const { projectId, bucket, emulators, otlpEndpoint } = config;
  const launchers = openCloudLaunchers(config, clients);
  const log = jsonLog((line) => void process.stdout.write(line), projectId);
  const store = await openFirestoreDocumentStore({ projectId, ...emulator(emulators.firestore) });
  if (otlpEndpoint !== null) {
    const { startTelemetry } = await import('./telemetry/startTelemetry.js');
    await startTelemetry({ endpoint: otlpEndpoint });
  }
  return {
    store,
    bus: lazyEventBus(async () => {
      const { openPubSubEventBus } = await import('./ports/eventBus/pubsubEventBus.js');
      return openPubSubEventBus({ projectId, ...emulator(emulators.pubsub) });
    }),
    objects: openCloudStorageObjectStore({
      bucket,
      ...(emulators.storage !== null && { apiEndpoint: asUrl(emulators.storage) }),
    }),
    launchers,
    config,
    now: () => new Date(),
    newId: randomUUID,
    log,
  };
}

function emulator(host: string | null): { emulator?: string } {
  return host === null ? {} : { emulator: host };
}

function asUrl(host: string): string {
  return /^https?:\/\//.test(host) ? host : `http://${host}`;
}
