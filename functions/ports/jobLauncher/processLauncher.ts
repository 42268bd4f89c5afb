import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { LaunchRejectedError, type JobLauncher, type JobState, type LaunchRequest } from './jobLauncher.js';
import { startOf } from './processIdentity.js';

export interface EndedJob {
  name: string;
  runId: string;
  attempt: number;
  exitCode: number | null;
}

export interface ProcessLauncherOptions {
  /** A folder per job: who it is, how it ended, what it printed. */
  directory: string;
  /** The trainer's program and arguments. */
  command: readonly [string, ...string[]];
  /** What every job's environment has beside the request's; nothing else of this process's environment is passed on. */
  baseEnv?: Readonly<Record<string, string>>;
  /** From SIGTERM to SIGKILL. */
  cancelGraceMs: number;
  /** Told when a job of this process has ended. */
  onEnded?: (job: EndedJob) => void;
}

const processSchema = z.strictObject({ pid: z.int().min(1), start: z.string() });
const endSchema = z.strictObject({ exitCode: z.int().nullable() });

/** A job folder without a process is a launch that died halfway; after this it counts as ended. */
const HALF_LAUNCHED_MS = 5_000;
const POLL_MS = 50;

/**
 * Jobs as detached processes of this machine. They outlive this process; a later one finds them by their folders. The folder's
 * exclusive creation is what makes a launch happen once.
 */
export function openProcessLauncher(options: ProcessLauncherOptions): JobLauncher {
  mkdirSync(options.directory, { recursive: true });
  return new ProcessLauncher(options);
}

class ProcessLauncher implements JobLauncher {
  private readonly cancelling = new Map<string, Promise<void>>();

  constructor(private readonly options: ProcessLauncherOptions) {}

  async launch(request: LaunchRequest): Promise<{ name: string }> {
    const name = `${request.runId}-${request.attempt}`;
    if (!createFolder(this.folder(name))) return { name };
    const child = this.spawn(request, this.folder(name));
    const pid = await spawned(child, this.options.command[0]);
    writeWhole(join(this.folder(name), 'process.json'), { pid, start: startOf(pid) ?? 'ended' });
    return { name };
  }

  async inspect(name: string): Promise<JobState> {
    const folder = this.folder(name);
    if (!existsSync(folder)) return { state: 'unknown' };
    const end = readWhole(join(folder, 'end.json'), endSchema);
    if (end) return { state: 'ended', exitCode: end.exitCode };
    const identity = readWhole(join(folder, 'process.json'), processSchema);
    if (identity) return isAlive(identity) ? { state: 'running' } : { state: 'ended', exitCode: null };
    const age = Date.now() - statSync(folder).birthtimeMs;
    return age < HALF_LAUNCHED_MS ? { state: 'waiting' } : { state: 'ended', exitCode: null };
  }

  async cancel(name: string): Promise<void> {
    const running = this.cancelling.get(name) ?? this.stop(name).finally(() => this.cancelling.delete(name));
    this.cancelling.set(name, running);
    // The grace period passes in the background: whoever asks again, or inspects, sees how far it is.
    running.catch(() => undefined);
  }

  private async stop(name: string): Promise<void> {
    const identity = readWhole(join(this.folder(name), 'process.json'), processSchema);
    if (!identity || !isAlive(identity)) return;
    signalGroup(identity.pid, 'SIGTERM');
    const end = Date.now() + this.options.cancelGraceMs;
    while (isAlive(identity)) {
      if (Date.now() >= end) return signalGroup(identity.pid, 'SIGKILL');
      await pause(POLL_MS, undefined, { ref: false });
    }
  }

  private spawn(request: LaunchRequest, folder: string): ChildProcess {
    const output = openSync(join(folder, 'output.log'), 'a');
    try {
      const [program, ...args] = this.options.command;
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', output, output],
        cwd: folder,
        env: { ...this.options.baseEnv, ...request.env },
      });
      child.once('exit', (code) => this.ended(request, folder, code));
      child.unref();
      return child;
    } finally {
      closeSync(output);
    }
  }

  private ended({ runId, attempt }: LaunchRequest, folder: string, exitCode: number | null): void {
    writeWhole(join(folder, 'end.json'), { exitCode });
    this.options.onEnded?.({ name: `${runId}-${attempt}`, runId, attempt, exitCode });
  }

  private folder(name: string): string {
    if (!/^[\w-]+$/.test(name)) throw new RangeError(`"${name}" is no job name`);
    return join(this.options.directory, name);
  }
}

/** False when it was there already. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function spawned(child: ChildProcess, program: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(
        new LaunchRejectedError(
          `${program} cannot be started: ${cause.message}`,
          'install it, or correct the command',
        ),
      ),
    );
  });
  if (child.pid === undefined) throw new Error(`${program} has started without a process id`);
  return child.pid;
}

function isAlive({ pid, start }: z.infer<typeof processSchema>): boolean {
  return startOf(pid) === start;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A file that is there whole or not at all. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.unfinished`, JSON.stringify(value));
  renameSync(`${path}.unfinished`, path);
}

function readWhole<T>(path: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
