/** Folders that nobody may read: entries in the making and on their way out, named after the process that has them in hand. */
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './entry.js';

/** Other machines with the same cache have other processes: the name says whose number it is. */
const PREFIX = `unfinished-${hostname().replace(/[^A-Za-z0-9]/g, '_')}-`;

export function newUnfinished(stageFolder: string): Promise<string> {
  return mkdtemp(join(stageFolder, `${PREFIX}${process.pid}-`));
}

/** Removes an entry so that no reader meets half of it. */
export async function removeEntry(stageFolder: string, name: string): Promise<void> {
  const hidden = await newUnfinished(stageFolder);
  try {
    await rename(join(stageFolder, name), join(hidden, name));
  } catch (error) {
    // Somebody else was faster.
    if (codeOf(error) !== 'ENOENT') throw error;
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
}

/** Removes what processes of this machine left that died over it. */
export async function removeLeftovers(stageFolder: string): Promise<void> {
  for (const name of await readdir(stageFolder)) {
    const pid = name.startsWith(PREFIX) && /^\d+/.exec(name.slice(PREFIX.length))?.[0];
    if (pid && !isAlive(Number(pid))) await rm(join(stageFolder, name), { recursive: true, force: true });
  }
}

/** Whether a process of this machine is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
