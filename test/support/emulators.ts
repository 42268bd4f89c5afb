import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findEmulators,
  EmulatorMissingError,
  type EmulatorPrograms,
} from '../../local/host/emulators/cloudSdk.js';
import {
  signalGroup,
  startEmulator,
  type EmulatorProcess,
} from '../../local/host/emulators/emulatorProcess.js';
import { freePort } from './freePort.js';

/** The official emulators of the Google Cloud SDK where this machine has them, else why not. */
const emulators: EmulatorPrograms | { missing: string } = await findEmulators().catch((error: unknown) => {
  if (error instanceof EmulatorMissingError) return { missing: error.message };
  throw error;
});

/** For `describe.skipIf`, and for the name of what is skipped. */
export const emulatorsMissing = 'missing' in emulators ? emulators.missing : undefined;

// Google's clients look for a metadata server first, which no test machine has: seconds, and a warning each.
process.env['METADATA_SERVER_DETECTION'] ||= 'none';

if (emulatorsMissing) console.warn(`emulator tests are skipped: ${emulatorsMissing}`);

export interface Emulators {
  /** `host:port` */
  firestore: string;
  pubsub: string;
  stop(): Promise<void>;
}

/** Starts both; each test file has its own. */
export async function startEmulators(): Promise<Emulators> {
  if ('missing' in emulators) throw new Error(emulators.missing);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-emulators-'));
  const environment = inherited();
  const start = async (name: 'firestore' | 'pubsub', args: string[]): Promise<EmulatorProcess> => {
    const port = await freePort();
    return startEmulator({
      name,
      program: emulators[name],
      args: [...args, '--host=127.0.0.1', `--port=${port}`],
      cwd: folder,
      logFile: join(folder, `${name}.log`),
      port,
      environment,
    });
  };
  const [firestore, pubsub] = await Promise.all([start('firestore', ['start']), start('pubsub', [])]);
  // A test process that ends without its hooks leaves no emulator behind.
  const kill = () => {
    for (const { pid } of [firestore, pubsub]) signalGroup(pid, 'SIGKILL');
  };
  const killAndEnd = () => {
    kill();
    process.kill(process.pid, 'SIGTERM');
  };
  process.once('exit', kill);
  process.once('SIGTERM', killAndEnd);
  return {
    firestore: firestore.address,
    pubsub: pubsub.address,
    async stop() {
      process.off('exit', kill);
      process.off('SIGTERM', killAndEnd);
      await Promise.all([firestore.stop(), pubsub.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
