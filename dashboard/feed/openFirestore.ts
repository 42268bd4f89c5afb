/** Loaded where a deployment has a Firebase project: the SDK weighs as much as the rest of the page. */
import type { FirebaseWeb } from '@trainyard/shared/http/signIn';
import { connectFirestoreEmulator, type Firestore, getFirestore } from 'firebase/firestore';
import { firebaseApp } from '../api/firebaseApp.js';

export { teamsOf } from '@trainyard/shared/feed/queries';
export { FirestoreFeed } from './firestoreFeed.js';

/** As whoever is signed in at Firebase Auth; at an emulator, whose project has none, as the bearer of the token. */
export function openFirestore(firebase: FirebaseWeb, token: string): Firestore {
  const store = getFirestore(firebaseApp(firebase));
  const [host = '', port] = firebase.firestoreEmulator?.split(':') ?? [];
  if (port !== undefined) connectFirestoreEmulator(store, host, Number(port), { mockUserToken: token });
  return store;
}
