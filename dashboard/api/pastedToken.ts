/** A token that somebody has brought. It is kept for this tab alone, and stands in no address. */
import type { TokenSource } from './tokenSource.js';

const KEY = 'trainyard-token';

export const keepToken = (token: string): void => sessionStorage.setItem(KEY, token);

export const pastedToken: TokenSource = {
  async token(refused) {
    const token = sessionStorage.getItem(KEY) ?? undefined;
    if (token === undefined || token !== refused) return token;
    sessionStorage.removeItem(KEY);
    return undefined;
  },
  async signOut() {
    sessionStorage.removeItem(KEY);
  },
};
