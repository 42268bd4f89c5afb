import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface EmulatorProcess {
  /** Host and port. */
  address: string;
  /** The leader of its process group. */
  pid: number;
  stop(): Promise<void>;
}

export interface EmulatorCommand {
  name: string;
  program: string;
  args: readonly string[];
  /** The program's folder to work in. */
  cwd: string;
  /** Where its output goes. */
  logFile: string;
  port: number;
  environment: Readonly<Record<string, string>>;
}

const START_MS = 60_000;
const STOP_MS = 5_000;

/**
 * Starts an emulator in a process group of its own, so that Ctrl-C reaches the host alone and everything that the program
 * starts ends with it. Resolves when it answers.
 */
export async function startEmulator(command: EmulatorCommand): Promise<EmulatorProcess> {
  const output = openSync(command.logFile, 'a', 0o600);
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.environment,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with exit code ${code}`)));
  });
  const address = `127.0.0.1:${command.port}`;
  try {
    await Promise.race([untilReady(`http://${address}/`), failed]);
  } catch (cause) {
    await stop(child);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the ${command.name} emulator did not start (${reason}): see ${command.logFile}`, {
      cause,
    });
  }
  failed.catch(() => undefined);
  return { address, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function untilReady(url: string): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > end) throw new Error(`no answer within ${START_MS / 1000} s`);
    await pause(50);
  }
}

/** The whole group: the Firestore program is a shell script that waits for Java. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signalGroup(child.pid, 'SIGTERM');
  const impatience = setTimeout(() => signalGroup(child.pid ?? 0, 'SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(impatience);
  signalGroup(child.pid, 'SIGKILL');
}

/** Signals a whole process group; nothing when it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
