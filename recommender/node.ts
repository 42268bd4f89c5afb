/** A model's folder on the disk of a machine that runs Node. The only file of the package that asks for Node. */
import { createHash } from 'node:crypto';
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
    sha256: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
  };
  return openModel(files, options);
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
