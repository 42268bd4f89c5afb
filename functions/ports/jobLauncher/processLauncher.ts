import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { makeFolderSync } from '@trainyard/shared/makeFolder';
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

/** Names that cannot lead out of the folder. */
const NAME = /^[\w-]+$/;
const processSchema = z.strictObject({ pid: z.int().min(1), start: z.string() });
type ProcessIdentity = z.infer<typeof processSchema>;
const endSchema = z.strictObject({ exitCode: z.int().nullable() });

/** A job folder without a process is a launch that died halfway; after this it counts as ended. */
const HALF_LAUNCHED_MS = 5_000;
const POLL_MS = 50;

/**
 * Jobs as detached processes of this machine. They outlive this process; a later one finds them by their folders. The folder's
 * exclusive creation is what makes a launch happen once.
 */
export function openProcessLauncher(options: ProcessLauncherOptions): JobLauncher {
  makeFolderSync(options.directory);
  return new ProcessLauncher(options);
}

class ProcessLauncher implements JobLauncher {
  private readonly launching = new Map<string, Promise<void>>();
  private readonly cancelling = new Set<string>();
  /** Jobs whose end this process will hear of: until then their exit code is not known, though they may be gone. */
  private readonly ownJobs = new Set<string>();

  constructor(private readonly options: ProcessLauncherOptions) {}

  async launch(request: LaunchRequest): Promise<{ name: string }> {
    const name = `${request.runId}-${request.attempt}`;
    if (!NAME.test(name)) throw new RangeError(`"${name}" is no job name: use letters, digits, "_" and "-"`);
    const started =
      this.launching.get(name) ?? this.start(name, request).finally(() => this.launching.delete(name));
    this.launching.set(name, started);
    await started;
    return { name };
  }

  async inspect(name: string): Promise<JobState> {
    const folder = this.folder(name);
    if (!NAME.test(name) || !existsSync(folder)) return { state: 'unknown' };
    const end = readWhole(join(folder, 'end.json'), endSchema);
    if (end) return { state: 'ended', exitCode: end.exitCode };
    const identity = readWhole(join(folder, 'process.json'), processSchema);
    if (identity) {
      const runs = this.ownJobs.has(name) || startOf(identity.pid) === identity.start;
      return runs ? { state: 'running' } : { state: 'ended', exitCode: null };
    }
    const age = Date.now() - statSync(folder).mtimeMs;
    return this.launching.has(name) || age < HALF_LAUNCHED_MS
      ? { state: 'waiting' }
      : { state: 'ended', exitCode: null };
  }

  async cancel(name: string): Promise<void> {
    if (!NAME.test(name)) return;
    // Whether the launch succeeds is for its caller to hear; here it only has to be over.
    await this.launching.get(name)?.catch(() => undefined);
    if (this.cancelling.has(name)) return;
    const identity = readWhole(join(this.folder(name), 'process.json'), processSchema);
    if (!identity || !isLeft(identity)) return;
    signalGroup(identity.pid, 'SIGTERM');
    this.cancelling.add(name);
    // The grace period passes in the background: whoever asks again, or inspects, sees how far it is.
    void this.killAfterGrace(identity).finally(() => this.cancelling.delete(name));
  }

  private async killAfterGrace({ pid, start }: ProcessIdentity): Promise<void> {
    const end = Date.now() + this.options.cancelGraceMs;
    // What the trainer itself has started must go with it.
    while (isLeft({ pid, start })) {
      if (Date.now() >= end) {
        signalGroup(pid, 'SIGKILL');
        return;
      }
      await pause(POLL_MS, undefined, { ref: false });
    }
  }

  private async start(name: string, request: LaunchRequest): Promise<void> {
    const folder = this.folder(name);
    if (!createFolder(folder)) return;
    let child: ChildProcess | undefined;
    try {
      child = this.spawn(request, folder);
      const pid = await spawned(child);
      writeWhole(join(folder, 'process.json'), { pid, start: startOf(pid) ?? 'ended' });
    } catch (error) {
      // Nothing may run unrecorded; and the next try shall meet the same error, not a job that seems to be launched.
      if (child?.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
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
      const name = `${request.runId}-${request.attempt}`;
      child.once('spawn', () => this.ownJobs.add(name));
      child.once('exit', (code) => {
        // What the trainer has started and left behind is wanted by nobody.
        if (child.pid !== undefined && startOf(child.pid) === undefined) signalGroup(child.pid, 'SIGKILL');
        this.ended(request, folder, code);
        this.ownJobs.delete(name);
      });
      child.unref();
      return child;
    } finally {
      closeSync(output);
    }
  }

  private ended({ runId, attempt }: LaunchRequest, folder: string, exitCode: number | null): void {
    // A folder that was cleared away has nobody to tell.
    if (existsSync(folder)) writeWhole(join(folder, 'end.json'), { exitCode });
    this.options.onEnded?.({ name: `${runId}-${attempt}`, runId, attempt, exitCode });
  }

  private folder(name: string): string {
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

/** The process id, once the program runs. */
async function spawned(child: ChildProcess): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(startError(child.spawnfile, cause)));
  });
  if (child.pid === undefined) throw new Error(`${child.spawnfile} has started without a process id`);
  return child.pid;
}

/** A program that is missing or not executable stays so; anything else may pass. */
function startError(program: string, cause: Error): Error {
  const message = `${program} cannot be started: ${cause.message}`;
  return ['ENOENT', 'EACCES'].includes(String('code' in cause && cause.code))
    ? new LaunchRejectedError(message, 'install it, or correct the command')
    : new Error(message, { cause });
}

/**
 * Whether the process or one that it started is there. No process gets the number of a group that has members; where a process has
 * it that started at another time, the group is gone, and the number is somebody else's.
 */
function isLeft({ pid, start }: ProcessIdentity): boolean {
  const found = startOf(pid);
  return found === undefined ? signalGroup(pid, 0) : found === start;
}

/** False when nobody is left in the group. Signal 0 only asks. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    // EPERM is how some systems answer for a group whose members have all ended.
    if (error instanceof Error && 'code' in error && ['ESRCH', 'EPERM'].includes(String(error.code)))
      return false;
    throw error;
  }
}

/** A file that is there whole or not at all. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.unfinished`, JSON.stringify(value), { flush: true });
  renameSync(`${path}.unfinished`, path);
}

function readWhole<T>(path: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
