/** SHA-256 of files, remembered in the cache folder, so that data that was read before is not read to find that out. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { TrainerError } from '../../errors/trainerError.js';

/** What changes with a file's bytes, as far as the file system tells. `changed` is no one's to set, unlike `modified`. */
const identitySchema = z.strictObject({
  path: z.string(),
  size: z.string(),
  inode: z.string(),
  modified: z.string(),
  changed: z.string(),
});
type Identity = z.infer<typeof identitySchema>;
const rememberedSchema = z.strictObject({ identity: identitySchema, sha256: z.string().length(64) });

/**
 * A file that changed this short a time ago is read again next time: clocks of file systems are as coarse as two seconds, and
 * a second change of the same tick, to as many bytes, would not show.
 */
const SETTLED_MS = 2000;
/** Files whose reading overlaps; the sums themselves take one core. */
const AT_ONCE = 4;

/** A file as it was when its digest was true. */
export interface FileDigest {
  identity: Identity;
  /** In hexadecimal. */
  sha256: string;
}

/**
 * The digests of `files`, in their order. Without `memoryFolder` nothing is remembered. Fails with `TrainerError` for a
 * file that changes while it is read.
 */
export async function digestsOf(files: readonly string[], memoryFolder?: string): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  const queue = files.entries();
  const work = async () => {
    for (const [i, file] of queue) digests[i] = await digestOfFile(file, memoryFolder);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return digests;
}

/** Fails with `TrainerError` when one of the files is not what it was: rows of two versions are rows of none. */
export async function checkUnchanged(digests: readonly FileDigest[]): Promise<void> {
  for (const { identity } of digests) {
    const { path } = identity;
    const found = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw hasCode(error, 'ENOENT') ? changed(path, 'was deleted', error) : error;
    });
    if (!isSame(identity, identityOf(path, found))) throw changed(path, 'was changed');
  }
}

function changed(path: string, what: string, cause?: unknown): TrainerError {
  return new TrainerError(
    'source-changed',
    `${path} ${what} while it was read`,
    'write each version of the data to files of its own, under another name until they are whole',
    { cause },
  );
}

async function digestOfFile(file: string, memoryFolder: string | undefined): Promise<FileDigest> {
  const before = identityOf(file, await stat(file, { bigint: true }));
  const memory =
    memoryFolder && join(memoryFolder, `${createHash('sha256').update(file).digest('hex')}.json`);
  const remembered = memory && (await recall(memory));
  if (remembered && isSame(remembered.identity, before)) return remembered;
  const began = Date.now();
  const digest = { identity: before, sha256: await sha256Of(file) };
  const found = await stat(file, { bigint: true });
  const settled = Number(found.ctimeMs) < began - SETTLED_MS && Number(found.mtimeMs) < began - SETTLED_MS;
  await checkUnchanged([digest]);
  if (memory && settled) await remember(memory, digest);
  return digest;
}

function identityOf(path: string, { size, ino, mtimeNs, ctimeNs }: BigIntStats): Identity {
  return {
    path,
    size: String(size),
    inode: String(ino),
    modified: String(mtimeNs),
    changed: String(ctimeNs),
  };
}

function isSame(a: Identity, b: Identity): boolean {
  return (Object.keys(identitySchema.shape) as (keyof Identity)[]).every((key) => a[key] === b[key]);
}

/** Nothing where nothing whole is remembered: the file is read then. */
async function recall(memory: string): Promise<z.infer<typeof rememberedSchema> | undefined> {
  try {
    return rememberedSchema.safeParse(JSON.parse(await readFile(memory, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function remember(memory: string, value: z.infer<typeof rememberedSchema>): Promise<void> {
  const unfinished = `${memory}.${randomUUID()}`;
  await makeFolder(join(memory, '..'));
  await writeFile(unfinished, JSON.stringify(value));
  await rename(unfinished, memory);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
