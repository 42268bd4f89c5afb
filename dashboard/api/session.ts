/** Who looks at the page, where the deployment wants to know: the token that its requests carry, and when one is asked for. */
import type { SignIn } from '@trainyard/shared/http/signIn';
import { errorOf } from './problem.js';
import { pastedToken } from './pastedToken.js';
import type { TokenSource } from './tokenSource.js';

type SessionState =
  /** How people sign in here is not known yet. */
  | { is: 'asking' }
  /** Whoever reaches the server is let in. */
  | { is: 'open' }
  | { is: 'in' }
  /** `wasIn`: what is on the page stays there meanwhile, and goes on afterwards. */
  | { is: 'out'; signIn: SignIn; wasIn: boolean };

class Session {
  private current: SessionState = { is: 'asking' };
  private readonly listeners = new Set<() => void>();
  private opening: Promise<SignIn> | undefined;
  private source: TokenSource | undefined;

  state = (): SessionState => this.current;

  onState = (onChange: () => void): (() => void) => {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  };

  /** How people sign in here. It is asked once; what failed is asked again. */
  signIn(): Promise<SignIn> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** The token for a request, as soon as somebody is signed in; none where none is wanted. A token that was refused is not given again. */
  async bearer(signal?: AbortSignal, refused?: string): Promise<string | undefined> {
    const signIn = await this.signIn();
    if (signIn.by === 'nothing') return undefined;
    for (;;) {
      if (this.current.is === 'out') await this.signedIn(signal);
      const token = await this.source?.token(refused);
      if (token !== undefined && token !== refused) return token;
      // Another request may have found out first.
      if (this.current.is === 'in') this.say({ is: 'out', signIn, wasIn: true });
    }
  }

  /** Somebody has signed in, by a token that the server takes. */
  enter(): void {
    this.say({ is: 'in' });
  }

  /** Keeps no account that was chosen in vain. */
  forget(): void {
    void this.source?.signOut();
  }

  /** Forgets who it was, and all that the page has read for them. */
  async signOut(): Promise<void> {
    await this.source?.signOut();
    sessionStorage.clear();
    location.reload();
  }

  private async open(): Promise<SignIn> {
    const response = await fetch('/api/sign-in', { headers: { accept: 'application/json' } });
    if (!response.ok) throw await errorOf(response);
    const signIn = (await response.json()) as SignIn;
    this.source = await sourceOf(signIn);
    const isIn = (await this.source?.token()) !== undefined;
    if (signIn.by === 'nothing') this.say({ is: 'open' });
    else this.say(isIn ? { is: 'in' } : { is: 'out', signIn, wasIn: false });
    return signIn;
  }

  private signedIn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.onState(() => {
        if (this.current.is === 'out') return;
        stop();
        resolve();
      });
      signal?.addEventListener('abort', () => {
        stop();
        reject(signal.reason as Error);
      });
    });
  }

  private say(state: SessionState): void {
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}

async function sourceOf({ by, firebase }: SignIn): Promise<TokenSource | undefined> {
  if (by === 'token') return pastedToken;
  if (by === 'google' && firebase) return new (await import('./google.js')).GoogleTokens(firebase);
  return undefined;
}

/** Of this page. */
export const session = new Session();
