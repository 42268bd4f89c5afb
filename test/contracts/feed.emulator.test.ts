import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initializeTestEnvironment } from '@firebase/rules-unit-testing';
import { teamsOf } from '@trainyard/shared/feed/queries';
import type { Firestore } from 'firebase/firestore';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { until } from '../support/until.js';
import { feedContract, TEAMS } from './feed.contract.js';
import { FirestoreFeed } from '../../dashboard/feed/firestoreFeed.js';

let worlds = 0;

/** A Firestore of its own, with the rules, as a viewer of these teams. */
async function opened(teams: string[]) {
  const { firestore: emulator } = sharedEmulators();
  const [host = '', port = ''] = emulator.split(':');
  const projectId = `demo-feed-${(worlds += 1)}`;
  const rules = await readFile(fileURLToPath(new URL('../../firestore.rules', import.meta.url)), 'utf8');
  const environment = await initializeTestEnvironment({
    projectId,
    firestore: { host, port: Number(port), rules },
  });
  const store = await openFirestoreDocumentStore({ projectId, emulator });
  onTestFinished(async () => {
    await store.close();
    await environment.cleanup();
  });
  const claims = { trainyardRole: 'viewer', trainyardTeams: teams };
  const context = environment.authenticatedContext('vera', claims);
  const refused: string[] = [];
  const feed = new FirestoreFeed(
    context.firestore() as unknown as Firestore,
    teamsOf({ role: 'viewer', teams }),
    (topic) => refused.push(topic),
  );
  return { store, feed, refused };
}

describe.skipIf(emulatorsMissing)('on the emulator', () => {
  feedContract('Firestore', () => opened(TEAMS));

  it('the feed of Firestore says which topic the rules do not let through, and the others go on', async () => {
    const { feed, refused } = await opened(['red']);
    const hidden = `run:${'a'.repeat(20)}`;
    for (const topic of [hidden, 'runs']) onTestFinished(feed.subscribe(topic, () => {}));
    await until('both', () => refused.length > 0 && feed.state('runs').isReady);
    expect(refused).toEqual([hidden]);
    expect(feed.state(hidden).isReady).toBe(false);
  });
});
