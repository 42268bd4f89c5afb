import { EmulatorMissingError, findEmulators } from '../../local/host/emulators/cloudSdk.js';
import { startEmulators as startWhereThereAreAny, type Emulators } from '../../bench/emulators.js';

export type { Emulators } from '../../bench/emulators.js';

/** Why this machine has none of the official emulators of the Google Cloud SDK; for `describe.skipIf`, and the name of what is skipped. */
export const emulatorsMissing = await findEmulators().then(
  () => undefined,
  (error: unknown) => {
    if (error instanceof EmulatorMissingError) return error.message;
    throw error;
  },
);

// Google's clients look for a metadata server first, which no test machine has: seconds, and a warning each.
process.env['METADATA_SERVER_DETECTION'] ||= 'none';

if (emulatorsMissing) console.warn(`emulator tests are skipped: ${emulatorsMissing}`);

/** Starts both; each test file has its own. */
export async function startEmulators(): Promise<Emulators> {
  const started = await startWhereThereAreAny();
  if ('missing' in started) throw new Error(started.missing);
  return started;
}
