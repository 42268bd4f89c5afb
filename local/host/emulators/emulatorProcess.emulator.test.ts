import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emulatorsMissing } from '../../../test/support/hosts/emulators.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { freePort } from '../../../bench/stores/emulators.js';
import { findEmulators } from './cloudSdk.js';
import { PortTakenError, startEmulator } from './emulatorProcess.js';

describe.skipIf(emulatorsMissing)('an emulator', () => {
  it.each([
    { name: 'firestore', args: ['start'] },
    { name: 'pubsub', args: [] },
  ] as const)(
    '($name) is not taken for the one of another host that was given the same port at the same moment',
    async ({ name, args }) => {
      const { [name]: program } = await findEmulators();
      const port = await freePort();
      const startOne = async () => {
        const folder = await temporaryFolder();
        const emulator = await startEmulator({
          name,
          program,
          args: [...args, '--host=127.0.0.1', `--port=${port}`],
          cwd: folder,
          logFile: join(folder, 'log'),
          port,
          environment: { PATH: process.env['PATH'] ?? '' },
        });
        onTestFinished(() => emulator.stop());
      };
      const started = await Promise.allSettled([startOne(), startOne()]);
      expect(started.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const loser = started.find((one) => one.status === 'rejected');
      expect(loser?.reason).toBeInstanceOf(PortTakenError);
      expect(String(loser?.reason)).toContain(`port ${port}`);
    },
    60_000,
  );
});
