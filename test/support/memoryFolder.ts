import { readFileSync, statfsSync } from 'node:fs';

const FOLDER = '/dev/shm';
/** What the folders of all tests that run at once may take. */
const ROOM_BYTES = 4e9;

/**
 * A folder of the system that lies in memory: tests make thousands of small files, which a disk's file system takes as long for as
 * for the tests themselves. Undefined where there is none, where it has little room, or where no program may run in it.
 */
export function memoryFolder(): string | undefined {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, folder]) => folder === FOLDER);
    if (!mount || (mount[3] ?? '').split(',').includes('noexec')) return undefined;
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= ROOM_BYTES ? FOLDER : undefined;
  } catch {
    // A system without `/proc` has its own.
    return undefined;
  }
}
