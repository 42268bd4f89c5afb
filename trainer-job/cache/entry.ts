/** One entry of the stage cache: a folder of files, and `outcome.json`, written last, which says what belongs to it. */
import { open, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';

/** An entry without it is not one. The time of its last change is when the entry was last used. */
export const OUTCOME_FILE = 'outcome.json';

const entrySchema = z.strictObject({
  outcome: z.unknown(),
  /** Bytes of every other file: an entry that lost some, to a cleaner or a power cut, is made again. */
  files: z.record(z.string(), z.int()),
});

export interface Entry<T> {
  outcome: T;
  /** Of all its files. */
  bytes: number;
}

/** Undefined unless the entry is whole and its outcome has the form that is asked for. */
export async function readEntry<T>(folder: string, schema: z.ZodType<T>): Promise<Entry<T> | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, OUTCOME_FILE), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const entry = entrySchema.safeParse(jsonOf(text));
  if (!entry.success) return undefined;
  const { files } = entry.data;
  const sizes = await sizesOf(folder);
  if (Object.entries(files).some(([name, size]) => sizes[name] !== size)) return undefined;
  const outcome = schema.safeParse(entry.data.outcome);
  return outcome.success ? { outcome: outcome.data, bytes: sum(sizes) } : undefined;
}

/** Makes an entry of a folder that holds all its other files, durably; returns its bytes. */
export async function sealEntry(folder: string, outcome: unknown): Promise<number> {
  const files = await sizesOf(folder);
  const text = JSON.stringify({ outcome, files });
  await writeDurably(join(folder, OUTCOME_FILE), text);
  return sum(files) + Buffer.byteLength(text);
}

/** Its last use is now. On a disk that cannot be written it stays as old as it is. */
export async function touchEntry(folder: string, now: Date): Promise<void> {
  try {
    await utimes(join(folder, OUTCOME_FILE), now, now);
  } catch (error) {
    if (!['ENOENT', 'EROFS', 'EACCES', 'EPERM'].includes(String(codeOf(error)))) throw error;
  }
}

/** Bytes of each file in a folder, however deep, by its path inside it. */
export async function sizesOf(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(folder, path)] = (await stat(path)).size;
  }
  return sizes;
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Undefined for what is not JSON, such as a file cut in the middle. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sum(sizes: Record<string, number>): number {
  return Object.values(sizes).reduce((total, size) => total + size, 0);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
