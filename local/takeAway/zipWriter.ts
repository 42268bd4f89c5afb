/** Zip archives of files that are on the disk, written as they are read, with 64-bit sizes where they are needed. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** In the archive, with `/`. */
  name: string;
  /** Of the file on the disk. */
  path: string;
}

/** Files up to this size are compressed; larger ones, mostly numbers, which hardly shrink, are stored. */
const MOST_COMPRESSED = 8 * 1024 * 1024;
/** The first time that an archive can name: the same files make the same archive, in whatever zone. */
const FIRST = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };

/** Writes the archive; fails where the file is there already, or `signal` is aborted. */
export async function writeZip(
  path: string,
  entries: readonly ZipEntry[],
  signal?: AbortSignal,
): Promise<void> {
  const archive = new ZipFile();
  const broken = new AbortController();
  archive.on('error', (error) => broken.abort(error));
  for (const { name, path: from } of entries) {
    const { size } = await stat(from);
    archive.addFile(from, name, { ...FIRST, compress: size <= MOST_COMPRESSED });
  }
  archive.end();
  const signals = [broken.signal, ...(signal ? [signal] : [])];
  try {
    await pipeline(archive.outputStream, createWriteStream(path, { flags: 'wx' }), {
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    // A file that cannot be read says more than that the writing was given up.
    throw broken.signal.aborted ? broken.signal.reason : error;
  }
}
