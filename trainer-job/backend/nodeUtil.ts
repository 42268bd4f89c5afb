/** Functions of Node's `util` that tfjs-node 4.22 calls and that Node 23 took out. */
import { createRequire } from 'node:module';

type Predicate = (value: unknown) => boolean;

/** As Node 22 has them: https://nodejs.org/docs/latest-v22.x/api/util.html#deprecated-apis */
const REMOVED: Readonly<Record<string, Predicate>> = {
  isArray: Array.isArray,
  isNullOrUndefined: (value) => value === null || value === undefined,
};

/**
 * Defines what is missing, for this thread. `util` is one object for all CommonJS modules of a thread, so that packages that are
 * loaded afterwards find it there; what Node still has stays as it is.
 */
export function restoreRemovedUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  for (const [name, predicate] of Object.entries(REMOVED)) util[name] ??= predicate;
}
