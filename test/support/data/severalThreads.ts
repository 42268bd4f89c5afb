import { afterEach, beforeEach, vi } from 'vitest';

/**
 * Has DuckDB use all processors in the tests of this file. Others, with their hundred rows, have it use one, since a second thread
 * only waits: here there are rows enough, or files enough, for their order to get lost.
 */
export function useSeveralThreads(): void {
  beforeEach(() => {
    vi.stubEnv('TRAINYARD_THREADS', undefined);
  });
  // The next file may run in this process.
  afterEach(() => {
    vi.unstubAllEnvs();
  });
}
