import { createServer } from 'node:net';
import { join } from 'node:path';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openPubSubEventBus } from '@trainyard/functions/ports/eventBus/pubsubEventBus';
import { subscribeToTopic } from '@trainyard/functions/ports/eventBus/pubsubTopic';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import { RETRAIN_TOPIC } from '@trainyard/shared';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { skipMetadataServer } from '../../config.js';
import { repositoryFile } from '../../repositoryFile.js';
import type { HostPorts, PortsRequest } from '../hostPorts.js';
import { openLocalLauncher } from '../localLauncher.js';
import { withinMs } from '../withinMs.js';
import { startReconciler } from '../reconciler.js';
import { findEmulators } from './cloudSdk.js';
import { type EmulatorProcess, PortTakenError, startEmulator } from './emulatorProcess.js';
import { endLeftovers, rememberProcesses } from './leftovers.js';
import { type Snapshots, snapshotsIn } from './snapshots.js';

/** The Firebase SDKs take projects with this prefix for emulated ones, and never call Google for them. */
const PROJECT = 'demo-trainyard';
/** Preferred, so that a page finds them again; any free port where they are taken. */
const FIRESTORE_PORT = 8081;
const PUBSUB_PORT = 8085;
const SNAPSHOT_MS = 30_000;
/** How long an emulator may take over each part of the end: it may be gone. */
const PART_MS = 3_000;

/**
 * The ports of Google Cloud on the official emulators, so that browsers and the Firebase SDK can listen, under the security
 * rules that they meet in the cloud; artifacts and trainers stay on this machine. Documents are exported every half minute and at the end, and imported at the start;
 * events that were not delivered are lost with the emulator, and `reconcile` makes that good.
 */
export async function openEmulators(request: PortsRequest): Promise<HostPorts> {
  const programs = await findEmulators();
  skipMetadataServer();
  const folder = request.directory.emulators;
  await makeFolder(folder);
  const memory = join(folder, 'processes.json');
  await endLeftovers(memory);

  let firestore: EmulatorProcess | undefined;
  let pubsub: EmulatorProcess | undefined;
  const stop = async () => void (await Promise.all([firestore?.stop(), pubsub?.stop()]));
  const snapshots = snapshotsIn(folder, PROJECT, () => firestore?.address ?? '');
  const startOn = (port: number, name: keyof typeof programs, args: readonly string[]) =>
    startEmulator({
      name,
      program: programs[name],
      args: [...args, '--host=127.0.0.1', `--port=${port}`],
      cwd: folder,
      logFile: join(folder, `${name}.log`),
      port,
      environment: request.trainerEnvironment,
    });
  const start = async (name: keyof typeof programs, args: readonly string[], preferred: number) => {
    try {
      return await startOn(await freePort(preferred), name, args);
    } catch (error) {
      // Another host took it meanwhile: Java takes seconds to start.
      if (!(error instanceof PortTakenError)) throw error;
      return startOn(await freePort(0), name, args);
    }
  };
  try {
    request.print('starting the Firestore and Pub/Sub emulators …');
    const snapshot = await snapshots.newest();
    firestore = await start(
      'firestore',
      [
        'start',
        `--rules=${repositoryFile('firestore.rules')}`,
        ...(snapshot ? [`--import-data=${snapshot}`] : []),
      ],
      FIRESTORE_PORT,
    );
    pubsub = await start('pubsub', [], PUBSUB_PORT);
    await rememberProcesses(memory, [firestore.pid, pubsub.pid]);
    return await openPorts(request, firestore.address, pubsub.address, snapshots, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openPorts(
  request: PortsRequest,
  firestore: string,
  pubsub: string,
  snapshots: Snapshots,
  stop: () => Promise<void>,
): Promise<HostPorts> {
  const store = await openFirestoreDocumentStore({ projectId: PROJECT, emulator: firestore });
  const bus = await openPubSubEventBus({ projectId: PROJECT, emulator: pubsub });
  const saver = startReconciler(
    () => snapshots.take(new Date()),
    SNAPSHOT_MS,
    (error) =>
      request.print(`the runs could not be saved: ${error instanceof Error ? error.message : String(error)}`),
  );
  return {
    store,
    bus,
    objects: openDirectoryObjectStore(request.directory.objects),
    launcher: openLocalLauncher(request),
    onRetrainMessage: (handler) =>
      subscribeToTopic(
        { projectId: PROJECT, emulator: pubsub, topic: RETRAIN_TOPIC, subscription: 'retrain' },
        ({ id, data, attributes, publishTime }) =>
          handler({
            data: data.toString('base64'),
            messageId: id,
            publishTime: publishTime.toISOString(),
            attributes,
          }),
      ),
    notes: [
      `project    ${PROJECT}`,
      `firestore  FIRESTORE_EMULATOR_HOST=${firestore}`,
      `pubsub     PUBSUB_EMULATOR_HOST=${pubsub}`,
      `retrain    messages on the topic ${RETRAIN_TOPIC}`,
    ],
    async close() {
      const part = (work: Promise<void>, what: string) =>
        withinMs(PART_MS, work, (reason) => request.print(`${what}: ${reason}`));
      await part(saver.stop(), 'a snapshot of the runs did not end');
      await Promise.all([
        part(bus.close(), 'the Pub/Sub emulator was not left'),
        part(store.close(), 'the Firestore emulator was not left'),
      ]);
      await part(snapshots.take(new Date()), 'the runs could not be saved');
      await stop();
    },
  };
}

/** `preferred` if nobody listens there, else one that the system chooses. */
async function freePort(preferred: number): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const found = address !== null && typeof address === 'object' ? address.port : null;
      server.close(() => resolve(found));
    });
  });
}
