/** Where a host of a benchmark keeps documents and events: in files of its folder, or in emulators. */
import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import type { EventBus } from '@trainyard/functions/ports/eventBus/eventBus';
import { openPubSubEventBus } from '@trainyard/functions/ports/eventBus/pubsubEventBus';
import {
  openSqliteEventBus,
  type SqliteEventBusOptions,
} from '@trainyard/functions/ports/eventBus/sqliteEventBus';
import { z } from 'zod';

export const storeSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sqlite') }),
  z.strictObject({
    kind: z.literal('firestore'),
    projectId: z.string(),
    firestore: z.string(),
    pubsub: z.string(),
  }),
]);
export type StoreSettings = z.infer<typeof storeSettingsSchema>;

/** `files` are those of SQLite. */
export async function openStoreAndBus(
  stores: StoreSettings,
  files: { documents: string; events: SqliteEventBusOptions },
): Promise<{ store: DocumentStore; bus: EventBus }> {
  if (stores.kind === 'sqlite')
    return { store: openSqliteDocumentStore(files.documents), bus: openSqliteEventBus(files.events) };
  const { projectId, firestore, pubsub } = stores;
  return {
    store: await openFirestoreDocumentStore({ projectId, emulator: firestore }),
    bus: await openPubSubEventBus({ projectId, emulator: pubsub }),
  };
}
