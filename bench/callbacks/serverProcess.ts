/** The functions host as `trainyard up` serves it, with trainers that only it believes in. Run with its settings as JSON. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import type { HostPorts, PortsRequest } from '@trainyard/local/host/hostPorts';
import { startHost } from '@trainyard/local/host/host';
import { openStoreAndBus, type StoreSettings } from '../stores/storeAndBus.js';
import { serverSettingsSchema } from './settings.js';

/** Its jobs run for ever. */
const believer: JobLauncher = {
  launch: async ({ runId, attempt }) => ({ name: `${runId}-${attempt}` }),
  inspect: async () => ({ state: 'running' }),
  cancel: async () => undefined,
};

async function openPorts({ directory }: PortsRequest, stores: StoreSettings): Promise<HostPorts> {
  const { store, bus } = await openStoreAndBus(stores, {
    documents: directory.documents,
    events: { file: directory.events },
  });
  return {
    store,
    bus,
    objects: openDirectoryObjectStore(directory.objects),
    launcher: believer,
    notes: [],
    async close() {
      await bus.close();
      await store.close();
    },
  };
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const mb = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return { type: 'memory', heapMb: mb(heapUsed), rssMb: mb(rss), cpuSeconds: (user + system) / 1e6 };
}

// Nobody is left to kill this process.
process.on('disconnect', () => process.exit(0));
const { folder, stores } = serverSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const host = await startHost({
  directory: folder,
  port: 0,
  openPorts: (request) => openPorts(request, stores),
  trainerCommand: ['none'],
  trainerEnvironment: {},
  print: () => undefined,
});
const masterSecret = await readFile(join(folder, 'master-secret'), 'utf8');
process.on('message', () => process.send?.(memory()));
process.send?.({ type: 'serving', url: host.url, masterSecret });
