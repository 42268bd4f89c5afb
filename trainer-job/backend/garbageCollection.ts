/**
 * How V8 collects garbage while a model trains. A step makes and drops some tens of megabytes of arrays. V8 answers 64 MB of
 * them by marking in parts and by other threads, and what is allocated meanwhile outlives the marking: once begun, it begins
 * again all the time, on the cores that TensorFlow computes with (docs/decisions/0029-garbage-collection.md).
 */
import { setFlagsFromString } from 'node:v8';

/**
 * From now on V8 marks in one go, of tens of milliseconds, and only when what is young was not enough. For the whole process,
 * whose work nobody waits for; a step more or less is no matter to it.
 */
export function collectInOneGo(): void {
  setFlagsFromString('--no-incremental-marking');
}
