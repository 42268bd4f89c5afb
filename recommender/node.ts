/** A model's folder on the disk of a machine that runs Node. The only file of the package that asks for Node. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RecommenderError } from './error.js';
import { TRANSFORM_FILE, TRANSFORM_FOLDER } from './format/files.js';
import type { ModelFiles } from './format/read.js';
import type { OpenOptions, RecommenderModel } from './model/model.js';
import { openModel } from './model/openModel.js';
import { open as openAnywhere, type ModelSource } from './open.js';

export * from './index.js';

/** Reads the files below a folder. */
export function readDirectory(folder: string): (path: string) => Promise<Uint8Array> {
  return (path) => readFile(join(folder, path));
}

/** Opens the `model` folder of a completed run: by its path, by a URL, `file:` included, or by a function that reads its files. */
export function open(source: ModelSource, options?: OpenOptions): Promise<RecommenderModel> {
  const folder = folderOf(source);
  return folder === undefined ? openAnywhere(source, options) : openModelDirectory(folder, options);
}

/** What has no scheme is a path; a letter alone is a drive of Windows. */
function folderOf(source: ModelSource): string | undefined {
  if (typeof source !== 'string' && !(source instanceof URL)) return undefined;
  const text = String(source);
  if (text.startsWith('file:')) return fileURLToPath(text);
  return /^[a-z][a-z\d+.-]+:\/\//i.test(text) ? undefined : text;
}

/** Opens the folder at a path. */
export async function openModelDirectory(folder: string, options?: OpenOptions): Promise<RecommenderModel> {
  await checkFolder(folder);
  const files: ModelFiles = {
    read: readDirectory(folder),
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    keep: async (path) => keptFile(join(folder, path)),
  };
  return openModel(files, options);
}

/** Smaller files stay in memory, so that whoever opens many small models has no file open for each. */
const FEW_BYTES = 1 << 20;
const closing = new FinalizationRegistry<number>(closeSync);

/** Reads a file that stays open until nobody can ask for it any more: also where the folder has been removed, or another one is in its place. */
function keptFile(path: string): (() => Uint8Array) | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // The bytes have been read before: where no more files may be open, or this one is gone, they stay in memory.
    return undefined;
  }
  const { size } = fstatSync(file);
  if (size < FEW_BYTES) {
    closeSync(file);
    return undefined;
  }
  const read = () => {
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let got = -1; got !== 0 && length < size; length += got) {
      got = readSync(file, bytes, length, size - length, length);
    }
    return bytes.subarray(0, length);
  };
  closing.register(read, file);
  return read;
}

/** A path that is wrong as a whole is told from a folder that lacks a file. */
async function checkFolder(folder: string): Promise<void> {
  if (!(await isThere(folder))) {
    throw new RecommenderError(
      'missing-file',
      `there is no folder ${folder}`,
      'give the path of the "model" folder of a completed run',
    );
  }
  const transform = join(TRANSFORM_FOLDER, TRANSFORM_FILE);
  const own = join(folder, 'model');
  if (!(await isThere(join(folder, transform))) && (await isThere(join(own, transform)))) {
    throw new RecommenderError(
      'missing-file',
      `${folder} has no ${TRANSFORM_FOLDER}/${TRANSFORM_FILE}`,
      `give the folder in it that has, ${own}`,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
        return false;
      throw new RecommenderError(
        'missing-file',
        `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`,
        'give the path of the "model" folder of a completed run, which this process may read',
        { cause: error },
      );
    },
  );
}
