import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inParallel } from '@trainyard/shared';
import type { BucketFolder } from './bucketFolder.js';
import { progressOf } from './progress.js';

const AT_A_TIME = 4;

export interface LocalFile {
  /** Within its folder, with slashes. */
  name: string;
  path: string;
  bytes: number;
}

/** All files in a folder, however deep, by name. */
export async function filesIn(folder: string): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    files.push({ name, path, bytes: (await stat(path)).size });
  }
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Uploads files under `to`, some at a time. Resolves when all of them are there. */
export async function uploadFiles(
  files: readonly LocalFile[],
  remote: BucketFolder,
  to: string,
  onProgress: (percent: number) => void = () => undefined,
): Promise<void> {
  const tell = progressOf(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    onProgress,
  );
  await inParallel(files, AT_A_TIME, async ({ name, path }) => {
    let told = 0;
    await remote.upload(path, `${to}/${name}`, {
      onProgress: (bytes) => {
        tell(bytes - told);
        told = bytes;
      },
    });
  });
}
