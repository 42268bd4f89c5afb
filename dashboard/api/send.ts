import { session } from './session.js';

/**
 * A request to the API as whoever is signed in. Where the server does not take the token, the request waits until there is a new one,
 * and is sent again: whoever asked notices nothing.
 */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const { signal } = init;
  let refused: string | undefined;
  for (;;) {
    const token = await session.bearer(signal ?? undefined, refused);
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(path, { ...init, headers });
    if (response.status !== 401 || token === undefined) return response;
    refused = token;
  }
}
