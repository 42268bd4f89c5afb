import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { openSqliteEventBus } from '@trainyard/functions/ports/eventBus/sqliteEventBus';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import type { HostPorts, PortsRequest } from './hostPorts.js';
import { openLocalLauncher } from './localLauncher.js';
import { watchRetrainFolder } from './retrainFolder.js';

/** The ports on one machine: two SQLite files, a directory, child processes. Needs nothing but Node. */
export async function openOneMachine(request: PortsRequest): Promise<HostPorts> {
  const { directory } = request;
  const store = openSqliteDocumentStore(directory.documents);
  const bus = openSqliteEventBus({ file: directory.events });
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
