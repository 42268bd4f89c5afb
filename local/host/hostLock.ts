import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeFolder } from '@trainyard/shared/makeFolder';
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

/** How long a host waits while another one removes a lock that is stale, and how often it looks. */
const CLAIM_MS = 10;
const MOST_TRIES = 200;

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
  const own = JSON.stringify(holder);
  for (let tries = 0; ; tries += 1) {
    try {
      await createWhole(file, own);
      break;
    } catch (error) {
      if (!isTaken(error) || tries === MOST_TRIES) return withFile(file, () => Promise.reject(error));
    }
    const seen = await readText(file);
    const other = holderOf(seen);
    if (other && isAlive(other)) throw inUse(directory, other);
    await removeStale(file, seen, own);
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
    await makeFolder(directory, 0o700);
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

const readHolder = async (file: string) => holderOf(await readText(file));

const readText = (file: string) => readFile(file, 'utf8').catch(() => '');

function holderOf(text: string): Holder | null {
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

/**
 * Removes a lock that nobody holds. Of hosts that start at once one alone may: it claims the very content that it saw, and removes
 * the lock only while it has that content, so nobody removes the lock that another one has made meanwhile.
 */
async function removeStale(file: string, seen: string, own: string): Promise<void> {
  const claim = `${file}.${createHash('sha256').update(seen).digest('hex').slice(0, 16)}`;
  try {
    await createWhole(claim, own);
  } catch (error) {
    if (!isTaken(error)) throw error;
    const claimant = await readHolder(claim);
    if (claimant && isAlive(claimant)) await setTimeout(CLAIM_MS);
    else await rm(claim, { force: true });
    return;
  }
  try {
    if ((await readText(file)) === seen) await rm(file, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
