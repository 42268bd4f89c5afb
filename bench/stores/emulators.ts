import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEmulators, isEmulatorsMissing } from '@trainyard/local/host/emulators/cloudSdk';
import {
  signalGroup,
  startEmulator,
  type EmulatorProcess,
} from '@trainyard/local/host/emulators/emulatorProcess';
import { config } from '../environment.js';

export interface Emulators {
  /** `host:port` */
  firestore: string;
  pubsub: string;
  stop(): Promise<void>;
}

/** The official emulators, empty; or, in one line, why this machine has none. */
export async function startEmulators(): Promise<Emulators | { missing: string }> {
  const programs = await findEmulators().catch((error: unknown) => {
    if (isEmulatorsMissing(error)) return { missing: error.message };
    throw error;
  });
  if ('missing' in programs) return programs;
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-emulators-'));
  const start = async (name: keyof typeof programs, args: readonly string[]): Promise<EmulatorProcess> => {
    const port = await freePort();
    return startEmulator({
      name,
      program: programs[name],
      args: [...args, '--host=127.0.0.1', `--port=${port}`],
      cwd: folder,
      logFile: join(folder, `${name}.log`),
      port,
      environment: config.inherited,
    });
  };
  const [firestore, pubsub] = await Promise.all([start('firestore', ['start']), start('pubsub', [])]);
  // A benchmark that is ended leaves no emulator behind.
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

/** A port of the loopback interface that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
