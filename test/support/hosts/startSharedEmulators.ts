import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../../bench/stores/emulators.js';
import { emulatorsMissing } from './emulators.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the emulators of all suites listen, `host:port`; `null` on a machine that has none. */
    emulators: { firestore: string; pubsub: string } | null;
  }
}

/**
 * Starts the official emulators once for all suites of a run: their two Java machines take longer to start than most suites take.
 * Vitest calls this only where the run has a suite of the project. Suites keep apart by the names of their Google projects.
 */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (emulatorsMissing) {
    project.provide('emulators', null);
    return undefined;
  }
  const started = await startEmulators();
  if ('missing' in started) throw new Error(started.missing);
  project.provide('emulators', { firestore: started.firestore, pubsub: started.pubsub });
  return () => started.stop();
}
