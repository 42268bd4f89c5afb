/** What this machine lacks to run a Trainyard of its own. */
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { DEFAULT_PORT } from '../../config.js';
import { findEmulators, isEmulatorsMissing } from '../../host/emulators/cloudSdk.js';
import { trainerCommand } from '../../host/trainerCommand.js';
import { existingFolder, hasNativeTensorflow } from './installed.js';
import { findingsOf, type Finding } from '../finding.js';
import { UserError } from '@trainyard/shared/commandLine/userError';

export interface Machine {
  nodeVersion: string;
  memoryBytes: number;
  processors: number;
  freeBytes: number;
  isPortFree: boolean;
  hasTrainer: boolean;
  hasNativeTensorflow: boolean;
  /** Why there are none; null where there are. */
  emulatorsMissing: string | null;
}

const GB = 2 ** 30;

/** Looks at the machine; `directory` is where its data would lie. */
export async function lookAtMachine(directory: string, port = DEFAULT_PORT): Promise<Machine> {
  const { bavail, bsize } = await statfs(existingFolder(directory));
  return {
    nodeVersion: process.versions.node,
    memoryBytes: totalmem(),
    processors: availableParallelism(),
    freeBytes: bavail * bsize,
    isPortFree: await isFree(port),
    hasTrainer: hasTrainer(),
    hasNativeTensorflow: hasNativeTensorflow(),
    emulatorsMissing: await emulatorsMissing(),
  };
}

/** What of it is in the way. */
export function judgeMachine(machine: Machine, port = DEFAULT_PORT): Finding[] {
  const { nodeVersion, memoryBytes, processors, freeBytes } = machine;
  const [node, memory, disk] = [findingsOf('node'), findingsOf('memory'), findingsOf('disk')];
  const gb = (bytes: number) => (bytes / GB).toFixed(1);
  return [
    isSupported(nodeVersion)
      ? node.ok(`Node ${nodeVersion}`)
      : node.error(
          `Node ${nodeVersion}; needed is 20.19 or newer of 20, 22.12 or newer of 22, 24 or 26`,
          'nvm install',
        ),
    machine.hasTrainer
      ? findingsOf('build').ok('the trainer is built')
      : findingsOf('build').error('the trainer is not built', 'npm run build'),
    memoryBytes >= 3.5 * GB
      ? memory.ok(`${gb(memoryBytes)} GB of memory, ${processors} processors`)
      : memory.warning(`${gb(memoryBytes)} GB of memory: enough for the sample, not for millions of rows`),
    freeBytes >= 5 * GB
      ? disk.ok(`${gb(freeBytes)} GB free`)
      : disk.warning(
          `${gb(freeBytes)} GB free: the cache of the data stages may take 20 (TRAINYARD_CACHE_MB)`,
        ),
    machine.isPortFree
      ? findingsOf('port').ok(`port ${port} is free`)
      : findingsOf('port').warning(
          `port ${port} is in use, by a Trainyard perhaps`,
          'npx trainyard up --port 0',
        ),
    machine.hasNativeTensorflow
      ? findingsOf('tensorflow').ok('native TensorFlow is set up')
      : findingsOf('tensorflow').warning(
          'no native TensorFlow: the trainer runs on wasm, several times slower',
          'npm run setup:tensorflow',
        ),
    machine.emulatorsMissing === null
      ? findingsOf('emulators').ok('the emulators of the Google Cloud SDK are there, for --emulators')
      : findingsOf('emulators').warning(
          `only needed for --emulators: ${machine.emulatorsMissing}`,
          'gcloud components install cloud-firestore-emulator pubsub-emulator',
        ),
  ];
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 24 || major === 26;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function hasTrainer(): boolean {
  try {
    trainerCommand();
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'trainer-not-built') return false;
    throw error;
  }
}

async function emulatorsMissing(): Promise<string | null> {
  try {
    await findEmulators();
    return null;
  } catch (error) {
    if (isEmulatorsMissing(error)) return error.message;
    throw error;
  }
}
