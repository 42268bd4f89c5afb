import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls until `probe` gives a value other than undefined, null or false, and returns it. Fails after `timeoutMs` with what
 * was waited for and the last error of the probe.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let lastError: unknown;
  // What comes soon is seen soon, and what takes long is not asked for at each moment, which takes its processor away.
  for (let pauseMs = 5; ; pauseMs = Math.min(50, 1.5 * pauseMs)) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: lastError });
    await pause(pauseMs);
  }
}
