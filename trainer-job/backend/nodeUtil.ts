/** Functions of Node's `util` that tfjs-node 4.22 calls, that Node 22 warns of and that Node 23 took out. */
import { createRequire } from 'node:module';

type Predicate = (value: unknown) => boolean;

/** As Node 22 has them: https://nodejs.org/docs/latest-v22.x/api/util.html#deprecated-apis */
const REMOVED: Readonly<Record<string, Predicate>> = {
  isArray: Array.isArray,
  isNullOrUndefined: (value) => value === null || value === undefined,
};

/**
 * Defines them for this thread. `util` is one object for all CommonJS modules of a thread, so that packages that are loaded
 * afterwards find them there. Node's own are replaced where it still has them: they give the same answers, and at its first call
 * each prints a warning (DEP0044, DEP0051) that no user of the trainer can do anything about.
 */
export function defineRemovedUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  for (const [name, predicate] of Object.entries(REMOVED)) util[name] = predicate;
}
