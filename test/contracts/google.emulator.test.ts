import { afterAll, beforeAll, describe } from 'vitest';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import { openPubSubEventBus } from '../../functions/ports/eventBus/pubsubEventBus.js';
import { emulatorsMissing, startEmulators, type Emulators } from '../support/emulators.js';
import { describeDocumentStore } from './documentStore.contract.js';
import { describeEventBus } from './eventBus.contract.js';

const reason = emulatorsMissing ? `, which are not here: ${emulatorsMissing}` : '';

describe.skipIf(emulatorsMissing)(`on the official emulators${reason}`, () => {
  let emulators: Emulators;
  beforeAll(async () => {
    emulators = await startEmulators();
  }, 90_000);
  afterAll(() => emulators?.stop());

  describeDocumentStore('Firestore', {
    open: () => openFirestoreDocumentStore({ projectId: 'demo-contracts', emulator: emulators.firestore }),
    // The emulator takes seconds for transactions that wait for each other.
    contention: 5,
    watchesExactly: false,
  });

  describeEventBus('Pub/Sub', {
    open: (place) => openPubSubEventBus({ projectId: `demo-${place}`, emulator: emulators.pubsub }),
    patienceMs: 60_000,
  });
});
