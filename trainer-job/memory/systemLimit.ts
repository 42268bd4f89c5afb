import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/**
 * Has the system refuse this process more than `bytes` of memory beside what it has now; the function that it answers with takes
 * the limit back. Does nothing where that cannot be had: it takes Linux, `/proc` and `prlimit` of util-linux, which images on Debian have.
 *
 * It is the limit of data (RLIMIT_DATA), which counts what is private and writable. The limit of addresses would count what V8 and
 * WebAssembly reserve, many gigabytes of which are never used.
 */
export async function limitData(bytes: number): Promise<() => Promise<void>> {
  held.count += 1;
  if (held.count === 1) held.before = held.restored.then(() => lowerLimit(bytes));
  const before = await held.before;
  return async () => {
    held.count -= 1;
    if (held.count > 0 || before === null) return;
    const restored = setSoftLimit(before);
    // Whoever lowers it again waits for that; that it failed is told to who gave it back.
    held.restored = restored.catch(() => undefined);
    await restored;
  };
}

/** Of several that hold the limit at once the first sets it, and the last takes it back. */
const held: { count: number; before: Promise<string | null>; restored: Promise<void> } = {
  count: 0,
  before: Promise.resolve(null),
  restored: Promise.resolve(),
};

/** The limit that was there before; null where none can be set. */
async function lowerLimit(bytes: number): Promise<string | null> {
  try {
    const before = await softLimit();
    await setSoftLimit(String((await allocatedBytes()) + Math.round(bytes)));
    return before;
  } catch {
    // No such system or program: what is resident is looked at all the same.
    return null;
  }
}

/** Bytes that are private and writable, of which some may never be resident. */
async function allocatedBytes(): Promise<number> {
  const kilobytes = /^VmData:\s*(\d+) kB/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status does not say VmData');
  return Number(kilobytes) * 1024;
}

/** As `prlimit` takes it: a number of bytes, or `unlimited`. */
async function softLimit(): Promise<string> {
  const soft = /^Max data size +(\S+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1];
  if (soft === undefined) throw new Error('/proc/self/limits does not say Max data size');
  return soft;
}

/** The hard limit stays, so that the soft one can be raised again. One at a time, as `held` has it. */
async function setSoftLimit(value: string): Promise<void> {
  limiter ??= startLimiter();
  const { stdin, stdout } = limiter;
  // While it is asked, and only then, it keeps this process going.
  stdout.ref();
  stdin.write(`${value}\n`);
  const answer = await Promise.race([
    once(stdout, 'data').then(([data]) => String(data).trim()),
    limiter.ended.then(() => 'ended'),
  ]);
  stdout.unref();
  if (answer !== 'ok') throw new Error(`the limit of data could not be set to ${value}: prlimit ${answer}`);
}

interface Limiter {
  stdin: Socket;
  stdout: Socket;
  /** Resolves when it can be asked no more. */
  ended: Promise<void>;
}

let limiter: Limiter | null = null;

/** Ends when its input does, that is with this process; what the terminal or the platform sends to all of the group is not for it. */
const ANSWERS = `trap '' INT TERM HUP
while read -r value; do
  if prlimit --pid="$PPID" --data="$value:"; then echo ok; else echo failed; fi
done`;

/**
 * Starts the shell that runs `prlimit` for this process, each time that it is asked: the system copies the tables of a process that
 * starts a program, which takes tens of milliseconds where it has much memory, and a shell has little.
 */
function startLimiter(): Limiter {
  const shell = spawn('sh', ['-c', ANSWERS], { stdio: ['pipe', 'pipe', 'ignore'] }) as ChildProcess & {
    stdin: Socket;
    stdout: Socket;
  };
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      limiter = null;
      resolve();
    };
    for (const of of [shell, shell.stdin, shell.stdout]) of.on('error', end);
    shell.on('exit', end);
  });
  shell.unref();
  shell.stdin.unref();
  shell.stdout.unref();
  return { stdin: shell.stdin, stdout: shell.stdout, ended };
}
