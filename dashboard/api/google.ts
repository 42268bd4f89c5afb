/** Signing in with Google, by Firebase Auth: https://firebase.google.com/docs/auth/web/google-signin. Loaded where a deployment asks for it. */
import type { FirebaseWeb } from '@trainyard/shared/http/signIn';
import {
  type Auth,
  AuthErrorCodes,
  browserLocalPersistence,
  browserPopupRedirectResolver,
  GoogleAuthProvider,
  indexedDBLocalPersistence,
  initializeAuth,
  signInWithPopup,
} from 'firebase/auth';
import { firebaseApp } from './firebaseApp.js';
import type { TokenSource } from './tokenSource.js';

let opened: Auth | undefined;

/** What opens the window is given to it alone: it loads a script of Google, which nobody needs who is signed in. */
function authOf(firebase: FirebaseWeb): Auth {
  opened ??= initializeAuth(firebaseApp(firebase), {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
  });
  return opened;
}

/** Opens the window where people choose their account. */
export async function signInWithGoogle(firebase: FirebaseWeb): Promise<string> {
  const { user } = await signInWithPopup(
    authOf(firebase),
    new GoogleAuthProvider(),
    browserPopupRedirectResolver,
  );
  return user.getIdToken();
}

export class GoogleTokens implements TokenSource {
  private readonly auth: Auth;
  /** A new token that was asked for because the one before was refused. */
  private renewed: string | undefined;

  constructor(firebase: FirebaseWeb) {
    this.auth = authOf(firebase);
  }

  /** The SDK takes a new one by itself before the hour of the last is over. */
  async token(refused?: string): Promise<string | undefined> {
    await this.auth.authStateReady();
    const { currentUser: user } = this.auth;
    if (!user) return undefined;
    try {
      const token = await user.getIdToken();
      if (token !== refused) return token;
      if (token === this.renewed) return undefined;
      this.renewed = await user.getIdToken(true);
      return this.renewed;
    } catch (error) {
      if (codeOf(error) === AuthErrorCodes.NETWORK_REQUEST_FAILED) throw error;
      // Google lets this account in no longer, or wants its password again: whoever looks signs in anew.
      return undefined;
    }
  }

  signOut(): Promise<void> {
    return this.auth.signOut();
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
