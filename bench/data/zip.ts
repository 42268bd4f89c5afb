import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATED = 8;

/** A file within a ZIP archive. */
export interface ZipEntry {
  name: string;
  /** Its bytes, unpacked, in pieces. */
  open(): AsyncIterable<Buffer>;
}

/** The files of a ZIP archive of less than 4 GB, as its central directory names them. Throws where `archive` is none. */
export function zipEntries(archive: Buffer): ZipEntry[] {
  let end = archive.length - END_BYTES;
  const first = Math.max(0, end - MOST_COMMENT_BYTES);
  while (end >= first && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < first) throw new Error('this is no ZIP archive: it has no central directory');
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let i = archive.readUInt16LE(end + 10); i > 0; i--) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new Error('the central directory of this ZIP archive is damaged');
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const header = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    entries.push({ name, open: () => unpacked(archive, { name, method, size, header }) });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

function unpacked(
  archive: Buffer,
  { name, method, size, header }: { name: string; method: number; size: number; header: number },
): AsyncIterable<Buffer> {
  // The names and extra fields before the bytes may be longer there than in the directory.
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const bytes = archive.subarray(start, start + size);
  if (method === STORED) return Readable.from([bytes]);
  if (method !== DEFLATED) throw new Error(`${name} is packed by method ${method}; 0 and 8 can be read`);
  return Readable.from([bytes]).pipe(createInflateRaw());
}
