import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { EmulatorPrograms } from './cloudSdk.js';

export interface EmulatorProcess {
  /** Host and port. */
  address: string;
  /** The leader of its process group. */
  pid: number;
  stop(): Promise<void>;
}

export interface EmulatorCommand {
  name: keyof EmulatorPrograms;
  program: string;
  args: readonly string[];
  /** The program's folder to work in. */
  cwd: string;
  /** Where its output goes. */
  logFile: string;
  port: number;
  environment: Readonly<Record<string, string>>;
}

/** The port went to another program after it was found free. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * Java compiles quickly rather than well, and collects garbage in one thread: emulators do too little for the rest to be earned back.
 * 300 transactions, with the start, take 4.1 s of processor instead of 7.1. Who sets the options of Java has these no more.
 */
const JAVA_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
const START_MS = 60_000;
const STOP_MS = 5_000;
/** What each says of itself once the port is its own: an answer alone may come from another host's emulator. */
const READY: Record<keyof EmulatorPrograms, string> = {
  firestore: 'is now running',
  pubsub: 'Server started',
};
/** The Pub/Sub emulator says it and stays, without a port. */
const TAKEN = 'java.net.BindException';

/**
 * Starts an emulator in a process group of its own, so that Ctrl-C reaches the host alone and everything that the program
 * starts ends with it. Resolves when it answers, and fails with `PortTakenError` when another program was quicker.
 */
export async function startEmulator(command: EmulatorCommand): Promise<EmulatorProcess> {
  const output = openSync(command.logFile, 'a', 0o600);
  const { size: logged } = await stat(command.logFile);
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { JAVA_TOOL_OPTIONS: JAVA_OPTIONS, ...command.environment },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const starting: Starting = {
    name: command.name,
    url: `http://127.0.0.1:${command.port}/`,
    said: () => text(createReadStream(command.logFile, { start: logged })),
  };
  child.once('error', (error) => (starting.failure = error));
  child.once('exit', (code) => (starting.failure = new Error(`it ended with exit code ${code}`)));
  try {
    await untilReady(starting);
  } catch (cause) {
    await stop(child);
    if ((await starting.said()).includes(TAKEN))
      throw new PortTakenError(`the ${command.name} emulator found port ${command.port} taken`, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the ${command.name} emulator did not start (${reason}): see ${command.logFile}`, {
      cause,
    });
  }
  return { address: `127.0.0.1:${command.port}`, pid: child.pid ?? 0, stop: () => stop(child) };
}

interface Starting {
  name: keyof EmulatorPrograms;
  url: string;
  /** What it has written since it was started. */
  said(): Promise<string>;
  /** Set once there is nothing to wait for any more. */
  failure?: Error;
}

async function untilReady(starting: Starting): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    const words = await starting.said();
    if (words.includes(READY[starting.name]) && (await answers(starting.url))) return;
    if (starting.failure) throw starting.failure;
    if (words.includes(TAKEN)) throw new Error(TAKEN);
    if (Date.now() > end) throw new Error(`no answer within ${START_MS / 1000} s`);
    await pause(50);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
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
