/** One process at a time makes the lists of one place: two would take each other's blocks for their own. */
import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../cache/unfinished.js';
import { TrainerError } from '../errors/trainerError.js';

const OWNER_FILE = 'owner.json';
/** How often a process says that it is at work, and for how long one of another machine is believed. */
const BEAT_MS = 10_000;
const BELIEVED_MS = 60_000;

const ownerSchema = z.object({ pid: z.int(), host: z.string(), id: z.string() });

/** Does the work unless another process does it in `folder`, which is there; `name` is what people know it by. Throws `TrainerError`. */
export async function asOnlyProcess<T>(folder: string, name: string, work: () => Promise<T>): Promise<T> {
  const file = join(folder, OWNER_FILE);
  await take(file, name);
  const beat = setInterval(() => {
    const now = new Date();
    // Where the folder is gone, the work itself fails and says so.
    utimes(file, now, now).catch(() => clearInterval(beat));
  }, BEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}

async function take(file: string, name: string): Promise<void> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  if (await written(file, own)) return;
  const other = await otherAtWork(file);
  // Of one that was killed, the next takes the place; of several who want it, the first.
  if (other === undefined) await rm(file, { force: true });
  if (other === undefined && (await written(file, own)) && (await readFile(file, 'utf8')) === own) return;
  throw new TrainerError(
    'invalid-settings',
    `another process${other ? ` (${other})` : ''} makes ${name} at this moment`,
    'wait for it or stop it, or name another file',
  );
}

/** Whether the file is new. */
async function written(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where whoever began is gone. */
async function otherAtWork(file: string): Promise<string | undefined> {
  try {
    const [{ mtimeMs }, text] = [await stat(file), await readFile(file, 'utf8')];
    const isBelieved = Date.now() - mtimeMs < BELIEVED_MS;
    const owner = ownerSchema.safeParse(parsed(text));
    // One that has only just begun has not said yet who it is.
    if (!owner.success) return isBelieved ? 'one that has just begun' : undefined;
    const { pid, host } = owner.data;
    const isAtWork = host === hostname() ? pid !== process.pid && isAlive(pid) : isBelieved;
    return isAtWork ? `${pid} on ${host}` : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined for what is half-written. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
