import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Has the system refuse this process more than `bytes` of memory beside what it has now; the function that it answers with takes
 * the limit back. Does nothing where that cannot be had: it takes Linux, `/proc` and `prlimit` of util-linux, which images on Debian have.
 *
 * It is the limit of data (RLIMIT_DATA), which counts what is private and writable. The limit of addresses would count what V8 and
 * WebAssembly reserve, many gigabytes of which are never used.
 */
export async function limitData(bytes: number): Promise<() => Promise<void>> {
  held.count += 1;
  if (held.count === 1) held.before = lowerLimit(bytes);
  const before = await held.before;
  return async () => {
    held.count -= 1;
    if (held.count === 0 && before !== null) await setSoftLimit(before);
  };
}

/** Of several that hold the limit at once the first sets it, and the last takes it back. */
const held: { count: number; before: Promise<string | null> } = { count: 0, before: Promise.resolve(null) };

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

/** The hard limit stays, so that the soft one can be raised again. */
async function setSoftLimit(value: string): Promise<void> {
  await run('prlimit', [`--pid=${process.pid}`, `--data=${value}:`]);
}
