/** The end of each queue; a queue that is empty is forgotten. */
const ends = new Map<string, Promise<unknown>>();

/**
 * Works on one `key` of this process one after another. Transactions that change the same document at once make each other wait
 * and begin again, on Firestore for seconds; in turn they take milliseconds. Other processes are kept apart by the transaction itself.
 * `work` is told when it was asked for, so that the time in the queue counts for how long it waits for something else.
 */
export function inTurn<T>(key: string, work: (askedAt: number) => Promise<T>): Promise<T> {
  const askedAt = Date.now();
  const result = (ends.get(key) ?? Promise.resolve()).then(() => work(askedAt));
  const end = result.then(forget, forget);
  function forget(): void {
    if (ends.get(key) === end) ends.delete(key);
  }
  ends.set(key, end);
  return result;
}
