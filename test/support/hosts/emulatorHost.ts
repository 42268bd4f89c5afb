/** `trainyard up --emulators` as its users start it: the built program, with ports that it finds by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TrainyardClient } from '../../../local/client/trainyardClient.js';
import { until } from '../until.js';
import { TRAINER_ENVIRONMENT } from './trainerProcess.js';

const CLI = fileURLToPath(new URL('../../../local/bin/trainyard.js', import.meta.url));

export interface EmulatorHost {
  client: TrainyardClient;
  /** The Google Cloud project that its documents are in. */
  project: string;
  /** Where its Firestore emulator listens: `host:port`. */
  firestore: string;
  /** Ctrl-C; fails unless it ends in order, and its emulators with it. */
  stop(): Promise<void>;
}

/** Resolves when it serves. Where the emulators listen is taken from what it prints. */
export async function emulatorHost(directory: string): Promise<EmulatorHost> {
  const { HOME = '' } = process.env;
  const child = spawn(process.execPath, [CLI, 'up', '--emulators', '--port', '0', '--directory', directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME, ...TRAINER_ENVIRONMENT },
  });
  const ended = once(child, 'exit');
  let [told, complaints] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const stop = async () => {
    child.kill('SIGINT');
    const [code] = await ended;
    if (code !== 0) throw new Error(`trainyard up ended with exit code ${String(code)}: ${complaints}`);
  };
  const isEnded = () => child.exitCode !== null || child.signalCode !== null;
  try {
    await until('the host', () => isEnded() || /stop +Ctrl-C/.test(told), 60_000);
    if (isEnded()) throw new Error(`it ended: ${complaints}`);
    const find = (pattern: RegExp) => {
      const [, found] = pattern.exec(told) ?? [];
      if (found === undefined) throw new Error(`trainyard up did not say ${String(pattern)} but: ${told}`);
      return found;
    };
    return {
      client: new TrainyardClient({ url: find(/serves at (\S+)/), retries: 0 }),
      project: find(/project +(\S+)/),
      firestore: find(/FIRESTORE_EMULATOR_HOST=(\S+)/),
      stop,
    };
  } catch (error) {
    if (!isEnded()) await stop();
    throw error;
  }
}
