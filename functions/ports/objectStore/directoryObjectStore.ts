import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, realpath, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { checkedSegments, folderOf, UNFINISHED } from './objectKey.js';
import { ObjectNotFoundError, ObjectSizeError, type ObjectStore } from './objectStore.js';

/**
 * Objects as files below `root`. A new object appears under its name at once and whole, by a hard link that never overwrites. `root` may be a
 * symbolic link; one below it that leads out of it is followed by nobody: nothing is there.
 */
export function openDirectoryObjectStore(root: string): ObjectStore {
  const base = resolve(root);
  const pathOf = (key: string) => join(base, ...checkedSegments(key));
  const uri = (key: string) => pathToFileURL(pathOf(key)).href;
  /** Without links. Fails with ENOENT where nothing is there, or only by a link that leads out. */
  const realPathOf = async (path: string) => {
    const [top, real] = await Promise.all([realpath(base), realpath(path)]);
    if (real === top || real.startsWith(top + sep)) return real;
    throw Object.assign(new Error(`${path} leads out of ${base} by a link`), { code: 'ENOENT' });
  };

  return {
    uri,
    async putIfAbsent(key, content) {
      const path = pathOf(key);
      await makeFolder(dirname(path));
      const unfinished = join(await realPathOf(dirname(path)), `${UNFINISHED}${randomUUID()}`);
      try {
        const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
        await pipeline(source, createWriteStream(unfinished, { flags: 'wx' }));
        await flushToDisk(unfinished);
        await link(unfinished, path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    async get(key) {
      const path = pathOf(key);
      try {
        const file = await openFile(await realPathOf(path));
        try {
          return await file?.readFile();
        } finally {
          await file?.close();
        }
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
    async openRead(key, { range, size } = {}) {
      const path = pathOf(key);
      const file = await realPathOf(path)
        .then(openFile)
        .catch((error: unknown) => {
          if (isAbsence(error)) return undefined;
          throw error;
        });
      if (!file) throw new ObjectNotFoundError(uri(key));
      const found = size === undefined ? undefined : (await file.stat()).size;
      if (found !== size) {
        await file.close();
        throw new ObjectSizeError(uri(key), found ?? 0, size ?? 0);
      }
      return file.createReadStream(range);
    },
    async list(prefix) {
      // No other folder can hold matching keys.
      const folder = folderOf(prefix);
      const path = folder === '' ? base : pathOf(folder);
      const keys = await keysBelow(() => realPathOf(path), folder === '' ? '' : `${folder}/`);
      return keys.filter((key) => key.startsWith(prefix)).toSorted();
    },
    async delete(key) {
      try {
        const path = pathOf(key);
        await unlink(join(await realPathOf(dirname(path)), basename(path)));
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
    },
  };
}

/** Undefined for what is no file; a link that was put there since the look is not followed. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  return (await lstat(path)).isFile() ? open(path, constants.O_RDONLY | constants.O_NOFOLLOW) : undefined;
}

async function keysBelow(where: () => Promise<string>, prefix: string): Promise<string[]> {
  let folder: string;
  let entries;
  try {
    folder = await where();
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
  const keys = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isDirectory())
        return keysBelow(async () => join(folder, entry.name), `${prefix}${entry.name}/`);
      return entry.isFile() && !entry.name.startsWith(UNFINISHED) ? [`${prefix}${entry.name}`] : [];
    }),
  );
  return keys.flat();
}

async function flushToDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(codeOf(error)));
}
