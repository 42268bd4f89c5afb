import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for `work`, for `ms` at most, and says whether it has ended by then; fails as it does. What has not ended goes on: an error
 * that comes later is given to `onLateError`, for nobody waits for it any more.
 */
export async function endsWithin(
  ms: number,
  work: Promise<unknown>,
  onLateError: (error: unknown) => void,
): Promise<boolean> {
  const impatience = new AbortController();
  try {
    const ended = await Promise.race([
      work.then(() => true),
      // The abortion of the clock is no failure.
      pause(ms, false, { signal: impatience.signal }).catch(() => false),
    ]);
    if (!ended) work.catch(onLateError);
    return ended;
  } finally {
    impatience.abort();
  }
}
