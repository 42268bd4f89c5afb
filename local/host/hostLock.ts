import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOf } from '@trainyard/functions/ports/jobLauncher/processIdentity';
import { z } from 'zod';
import { withFile } from './dataDirectory.js';
import { UserError } from '@trainyard/shared/commandLine/userError';

const holderSchema = z.object({
  pid: z.int().min(1),
  /** When the process began, as the system tells it: a number that is used again is told apart by it. */
  processStart: z.string(),
  /** Where it serves; null until it does. */
  url: z.string().nullable(),
  startedAt: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

export interface HostLock {
  /** Writes where the host serves, for the other commands to find. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

/** One host per data directory. The lock of a process that died is taken over. */
export async function lockDirectory(directory: string, now: Date): Promise<HostLock> {
  const file = lockFile(directory);
  await makeDirectory(directory);
  const holder: Holder = {
    pid: process.pid,
    processStart: startOf(process.pid) ?? 'unknown',
    url: null,
    startedAt: now.toISOString(),
  };
  for (let tries = 0; ; tries += 1) {
    try {
      await createWhole(file, JSON.stringify(holder));
      break;
    } catch (error) {
      if (!isTaken(error) || tries === 5) return withFile(file, () => Promise.reject(error));
    }
    const other = await readHolder(file);
    if (other && isAlive(other)) throw inUse(directory, other);
    await removeStale(file, other);
  }
  return {
    announce: async (url) => {
      const next = `${file}.${randomUUID()}`;
      await writeFile(next, JSON.stringify({ ...holder, url }), { mode: 0o600 });
      await rename(next, file);
    },
    release: () => rm(file, { force: true }),
  };
}

function inUse(directory: string, { pid, url }: Holder): UserError {
  return new UserError(
    'directory-in-use',
    `a host already works on ${directory} (process ${pid}${url ? `, ${url}` : ''}): ` +
      'use that one, stop it with Ctrl-C, or give this one another --directory',
  );
}

/** Fails with EEXIST when the file is there; a reader never sees it empty or in part. */
async function createWhole(file: string, text: string): Promise<void> {
  const next = `${file}.${randomUUID()}`;
  await writeFile(next, text, { mode: 0o600 });
  try {
    await link(next, file);
  } finally {
    await rm(next, { force: true });
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'directory-unusable',
      `${directory} cannot be used (${reason}): give another --directory`,
      { cause },
    );
  }
}

/** The host that works on the directory and serves, if there is one. */
export async function runningHost(directory: string): Promise<{ url: string; pid: number } | null> {
  const holder = await readHolder(lockFile(directory));
  if (!holder?.url || !isAlive(holder)) return null;
  return { url: holder.url, pid: holder.pid };
}

function lockFile(directory: string): string {
  return join(directory, 'host.json');
}

async function readHolder(file: string): Promise<Holder | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // Not there, or cut off by a crash: it holds nothing.
    return null;
  }
}

function isAlive({ pid, processStart }: Holder): boolean {
  return startOf(pid) === processStart;
}

/** Moves the lock aside first: when two hosts start at once, only one of them moves what both saw. */
async function removeStale(file: string, seen: Holder | null): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    // The other one was faster; the next try finds its lock.
    return;
  }
  const moved = await readHolder(aside);
  const isAnother = moved?.pid !== seen?.pid || moved?.processStart !== seen?.processStart;
  if (moved && isAnother && isAlive(moved)) await rename(aside, file);
  else await rm(aside, { force: true });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
