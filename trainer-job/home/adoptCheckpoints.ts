import { cp, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';

/**
 * Copies the checkpoints of the run that this one goes on from, unless this one has a folder of its own already: then an earlier
 * attempt has adopted them. The copy appears whole or not at all.
 */
export async function adoptCheckpoints(
  from: string,
  own: string,
): Promise<'adopted' | 'adopted before' | 'none there'> {
  if (await isFolder(own)) return 'adopted before';
  if (!(await isFolder(from))) return 'none there';
  const unfinished = `${own}-adopting-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await makeFolder(dirname(own));
  await cp(from, unfinished, { recursive: true });
  await rename(unfinished, own);
  return 'adopted';
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return false;
    }
    throw error;
  }
}
