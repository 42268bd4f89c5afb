/** The functions host as `trainyard up` serves it, with trainers that only it believes in. Run with its settings as JSON. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import type { Column, ColumnRequest } from '@trainyard/local/host/column';
import { startHost } from '@trainyard/local/host/host';
import { openStoreAndBus, type ColumnSettings } from '../stores/storeAndBus.js';
import { serverSettingsSchema } from './settings.js';

/** Its jobs run for ever. */
const believer: JobLauncher = {
  launch: async ({ runId, attempt }) => ({ name: `${runId}-${attempt}` }),
  inspect: async () => ({ state: 'running' }),
  cancel: async () => undefined,
};

async function openColumn({ directory }: ColumnRequest, column: ColumnSettings): Promise<Column> {
  const { store, bus } = await openStoreAndBus(column, {
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
const { folder, column } = serverSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const host = await startHost({
  directory: folder,
  port: 0,
  openColumn: (request) => openColumn(request, column),
  trainerCommand: ['none'],
  trainerEnvironment: {},
  tell: () => undefined,
});
const masterSecret = await readFile(join(folder, 'master-secret'), 'utf8');
process.on('message', () => process.send?.(memory()));
process.send?.({ type: 'serving', url: host.url, masterSecret });
