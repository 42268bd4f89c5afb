import { describe } from 'vitest';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import { openPubSubEventBus } from '../../functions/ports/eventBus/pubsubEventBus.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { describeDocumentStore } from './documentStore.contract.js';
import { describeEventBus } from './eventBus.contract.js';

const reason = emulatorsMissing ? `, which are not here: ${emulatorsMissing}` : '';

describe.skipIf(emulatorsMissing)(`on the official emulators${reason}`, () => {
  describeDocumentStore('Firestore', {
    open: () =>
      openFirestoreDocumentStore({ projectId: 'demo-contracts', emulator: sharedEmulators().firestore }),
    // The emulator takes seconds for transactions that wait for each other.
    contention: 5,
    watchesExactly: false,
  });

  describeEventBus('Pub/Sub', {
    open: (place) => openPubSubEventBus({ projectId: `demo-${place}`, emulator: sharedEmulators().pubsub }),
    patienceMs: 60_000,
  });
});
