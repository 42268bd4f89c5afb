import { inTurn } from './inTurn.js';

/** Work that has not begun, by whose it is and by its key. */
const waitingFor = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Works on one `key` of `owner` one after another, as `inTurn` does, where all work of a key is the same: whoever asks while it waits
 * for its turn gets what that comes to. It begins after each of them has asked, so it sees all that they had done before.
 */
export function sharedTurn<T>(owner: object, key: string, work: () => Promise<T>): Promise<T> {
  const waiting = waitingFor.get(owner) ?? new Map<string, Promise<unknown>>();
  waitingFor.set(owner, waiting);
  const known = waiting.get(key);
  if (known) return known as Promise<T>;
  const result = inTurn(key, () => {
    waiting.delete(key);
    return work();
  });
  waiting.set(key, result);
  return result;
}
