import { inject } from 'vitest';
import { findEmulators, isEmulatorsMissing } from '../../../local/host/emulators/cloudSdk.js';

/** Why this machine has none of the official emulators of the Google Cloud SDK; for `describe.skipIf`, and the name of what is skipped. */
export const emulatorsMissing = await findEmulators().then(
  () => undefined,
  (error: unknown) => {
    if (isEmulatorsMissing(error)) return error.message;
    throw error;
  },
);

// Google's clients look for a metadata server first, which no test machine has: seconds, and a warning each.
process.env['METADATA_SERVER_DETECTION'] ||= 'none';

if (emulatorsMissing) console.warn(`emulator tests are skipped: ${emulatorsMissing}`);

/** Where both listen, `host:port`. All suites share them, each with Google projects of its own. */
export function sharedEmulators(): { firestore: string; pubsub: string } {
  const emulators = inject('emulators');
  if (!emulators) throw new Error('there are no emulators: only suites named *.emulator.test.ts have them');
  return emulators;
}
