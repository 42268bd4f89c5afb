/** Keeps the stage cache within its limits: what was used least lately goes first. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stageNameSchema } from '@trainyard/shared';
import type { CacheLimits } from '../settings/limits.js';
import { codeOf, OUTCOME_FILE, sizesOf } from './entry.js';
import { removeEntry } from './unfinished.js';

export interface Evicted {
  entries: number;
  bytes: number;
  /** Of the entries that stay. */
  keptBytes: number;
}

interface StoredEntry {
  stageFolder: string;
  name: string;
  bytes: number;
  usedAt: Date;
}

/** Entries used since are in some run's hands: `StageCache` marks its own every five minutes. */
const IN_USE_SECONDS = 30 * 60;

/** Removes entries until the limits hold, or until only those in use are left. */
export async function evict(root: string, limits: CacheLimits, now: Date): Promise<Evicted> {
  const entries = await entriesOf(root);
  let keptBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const evicted = { entries: 0, bytes: 0 };
  for (const entry of entries.toSorted((a, b) => a.usedAt.getTime() - b.usedAt.getTime())) {
    const unusedSeconds = (now.getTime() - entry.usedAt.getTime()) / 1000;
    const isOld = limits.unusedSeconds !== null && unusedSeconds > limits.unusedSeconds;
    if (unusedSeconds < IN_USE_SECONDS || !(isOld || keptBytes > limits.bytes)) continue;
    await removeEntry(entry.stageFolder, entry.name);
    keptBytes -= entry.bytes;
    evicted.entries += 1;
    evicted.bytes += entry.bytes;
  }
  return { ...evicted, keptBytes };
}

/** Folders without an outcome are not entries: some process is at work on them. */
async function entriesOf(root: string): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  for (const stage of stageNameSchema.options) {
    const stageFolder = join(root, stage);
    for (const name of await namesIn(stageFolder)) {
      try {
        const { mtime: usedAt } = await stat(join(stageFolder, name, OUTCOME_FILE));
        const sizes = await sizesOf(join(stageFolder, name));
        const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
        found.push({ stageFolder, name, bytes, usedAt });
      } catch (error) {
        // Another process has just evicted it, or it is no entry.
        if (!['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) throw error;
      }
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
