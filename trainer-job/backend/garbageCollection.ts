/**
 * How V8 collects garbage while a model trains. A step makes and drops some tens of megabytes of arrays. V8 answers 64 MB of
 * them by marking in parts and by other threads, and what is allocated meanwhile outlives the marking: once begun, it begins
 * again all the time, on the cores that TensorFlow computes with (docs/decisions/0029-garbage-collection.md).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/**
 * From now on V8 marks in one go, of tens of milliseconds, and only when what is young was not enough. For the whole process,
 * whose work nobody waits for; a step more or less is no matter to it. A marking under way is ended first, by a full
 * collection: V8 takes it that the flag does not change between the beginning of a marking and its end. Flags are of the whole
 * process, so a worker thread finds them set by the main thread, and sets none under the hands of the others.
 */
export function collectInOneGo(): void {
  if (!isMainThread) return;
  collectGarbage();
  setFlagsFromString('--no-incremental-marking');
}

/** At once and all of it. The function `gc` is given to contexts that are made after its flag was set. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 has no function gc, though --expose-gc is set');
  collect();
}
