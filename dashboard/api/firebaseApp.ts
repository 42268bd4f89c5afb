import type { FirebaseWeb } from '@trainyard/shared/http/signIn';
import { type FirebaseApp, getApps, initializeApp } from 'firebase/app';

/** The Firebase project of this deployment: one, for signing in and for listening. */
export function firebaseApp({ projectId, apiKey, authDomain }: FirebaseWeb): FirebaseApp {
  return getApps()[0] ?? initializeApp({ projectId, apiKey, authDomain });
}
