import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { checkedSegments, folderOf, UNFINISHED } from './objectKey.js';
import { ObjectNotFoundError, type ObjectStore } from './objectStore.js';

/** Objects as files below `root`. A new object appears under its name at once and whole, by a hard link that never overwrites. */
export function openDirectoryObjectStore(root: string): ObjectStore {
  const base = resolve(root);
  const pathOf = (key: string) => join(base, ...checkedSegments(key));
  const uri = (key: string) => pathToFileURL(pathOf(key)).href;

  return {
    uri,
    async putIfAbsent(key, content) {
      const path = pathOf(key);
      await makeFolder(dirname(path));
      const unfinished = join(dirname(path), `${UNFINISHED}${randomUUID()}`);
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
      try {
        return await readFile(pathOf(key));
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
    async openRead(key, range) {
      const path = pathOf(key);
      try {
        if (!(await stat(path)).isFile()) throw new ObjectNotFoundError(uri(key));
      } catch (error) {
        throw isAbsence(error) ? new ObjectNotFoundError(uri(key)) : error;
      }
      return createReadStream(path, range);
    },
    async list(prefix) {
      // No other folder can hold matching keys.
      const folder = folderOf(prefix);
      const keys = await keysBelow(folder === '' ? base : pathOf(folder), folder === '' ? '' : `${folder}/`);
      return keys.filter((key) => key.startsWith(prefix)).toSorted();
    },
    async delete(key) {
      try {
        await unlink(pathOf(key));
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
    },
  };
}

async function keysBelow(folder: string, prefix: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
  const keys = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isDirectory()) return keysBelow(join(folder, entry.name), `${prefix}${entry.name}/`);
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
