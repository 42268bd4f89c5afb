/** A model's folder on the disk of a machine that runs Node. The only file of the package that asks for Node. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
export function openModelDirectory(folder: string, options?: OpenOptions): Promise<RecommenderModel> {
  const files: ModelFiles = {
    read: readDirectory(folder),
    sha256: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
  };
  return openModel(files, options);
}
