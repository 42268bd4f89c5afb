import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { openSqliteEventBus } from '@trainyard/functions/ports/eventBus/sqliteEventBus';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import type { EventBus } from '@trainyard/functions/ports/eventBus/eventBus';
import { withFile } from './dataDirectory.js';
import type { HostPorts, PortsRequest } from './hostPorts.js';
import { openLocalLauncher } from './localLauncher.js';
import { watchRetrainFolder } from './retrainFolder.js';

/** The ports on one machine: two SQLite files, a directory, child processes. Needs nothing but Node. */
export async function openOneMachine(request: PortsRequest): Promise<HostPorts> {
  const { directory } = request;
  const store = await withFile(directory.documents, () => openSqliteDocumentStore(directory.documents));
  let bus: EventBus;
  try {
    bus = await withFile(directory.events, () => openSqliteEventBus({ file: directory.events }));
  } catch (error) {
    await store.close();
    throw error;
  }
  return {
    store,
    bus,
    objects: openDirectoryObjectStore(directory.objects),
    launcher: openLocalLauncher(request),
    onRetrainMessage: (handler) => watchRetrainFolder(directory.retrain, handler),
    notes: [],
    async close() {
      await bus.close();
      await store.close();
    },
  };
}
