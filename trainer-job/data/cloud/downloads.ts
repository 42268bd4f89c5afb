/**
 * Objects of Cloud Storage on this machine: a folder per generation of an object, which appears by a rename when the object is
 * whole. What an attempt had downloaded before it was killed, the next one finds.
 */
import { mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, inParallel } from '@trainyard/shared';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { CloudContext } from './cloudContext.js';
import { progressOf } from '../../cloud/progress.js';
import type { ObjectReader, StoredObject } from '../../cloud/storage.js';
import { TrainerError } from '../../errors/trainerError.js';

const AT_A_TIME = 4;
/** What was used within this time may be in use by another run of this machine. */
const SPARED_MS = 3_600_000;

/** The objects' files, in their order. Fails with a `TrainerError` where they are larger than the setting allows. */
export async function download(
  objects: readonly StoredObject[],
  reader: ObjectReader,
  context: CloudContext,
): Promise<string[]> {
  const folder = join(context.cacheRoot, 'objects');
  await makeFolder(folder);
  const places = objects.map((object) => ({ object, file: join(folder, keyOf(object), fileName(object)) }));
  const missing: typeof places = [];
  for (const place of places) if (!(await isThere(place.file))) missing.push(place);
  const bytes = bytesOf(missing.map(({ object }) => object));
  await makeRoom(folder, bytes, new Set(objects.map(keyOf)), context);

  if (missing.length > 0) context.log('info', 'downloading', { files: missing.length, bytes });
  const tell = progressOf(bytes, (share) =>
    context.log('info', 'downloaded so far', { percent: share, of: bytes }),
  );
  await inParallel(missing, AT_A_TIME, async ({ object, file }) => {
    await downloadOne(object, file, reader, folder);
    tell(object.size);
  });
  return places.map(({ file }) => file);
}

async function downloadOne(
  object: StoredObject,
  file: string,
  reader: ObjectReader,
  folder: string,
): Promise<void> {
  const unfinished = await mkdtemp(join(folder, 'unfinished-'));
  try {
    await reader.download(object, join(unfinished, fileName(object)));
    await rename(unfinished, join(file, '..'));
  } catch (error) {
    // Another run that downloads the same was faster: it is the same.
    if (!(await isThere(file))) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

export function bytesOf(objects: readonly StoredObject[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

function keyOf({ bucket, name, generation, crc32c }: StoredObject): string {
  return digestOf({ bucket, name, generation, crc32c }).replace('sha256:', '').slice(0, 32);
}

/** The last part of the object's name, as far as every file system takes it: it stands in errors, and its ending counts. */
function fileName({ name }: StoredObject): string {
  return (name.split('/').at(-1) ?? '')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_')
    .slice(-100);
}

/** Whether it was downloaded before; if so it now counts as just used. */
async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    const now = new Date();
    await utimes(join(file, '..'), now, now);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Removes what was not used for longest until `bytes` more fit within the limit. */
async function makeRoom(
  folder: string,
  bytes: number,
  needed: ReadonlySet<string>,
  { cloud: { downloadLimitBytes: limit } }: CloudContext,
): Promise<void> {
  const entries = await Promise.all((await readdir(folder)).map((name) => entryOf(folder, name)));
  const kept = entries.filter(({ name }) => needed.has(name)).reduce((sum, entry) => sum + entry.bytes, 0);
  if (kept + bytes > limit) throw tooLarge(kept + bytes, limit);
  let total = bytes + entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const { name, bytes: freed, usedMs } of entries.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (total <= limit) return;
    if (needed.has(name) || Date.now() - usedMs < SPARED_MS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    total -= freed;
  }
}

async function entryOf(
  folder: string,
  name: string,
): Promise<{ name: string; bytes: number; usedMs: number }> {
  const { mtimeMs } = await stat(join(folder, name));
  let bytes = 0;
  for (const file of await readdir(join(folder, name))) bytes += (await stat(join(folder, name, file))).size;
  return { name, bytes, usedMs: mtimeMs };
}

function tooLarge(bytes: number, limit: number): TrainerError {
  return new TrainerError(
    'source-too-large',
    `the objects of dataset.source have ${bytes} bytes; the trainer downloads at most ${limit}`,
    'narrow the pattern, or raise TRAINYARD_DOWNLOAD_LIMIT_GB where the machine has the disk for it',
    { stage: 'ingest' },
  );
}
