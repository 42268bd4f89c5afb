/** Zip archives (APPNOTE 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), of files that are on the disk, with 64-bit sizes. */
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** In the archive, with `/`. */
  name: string;
  /** Of the file on the disk. */
  path: string;
}

/** Files up to this size are compressed; larger ones, mostly numbers, which hardly shrink, are stored. */
const MOST_COMPRESSED = 8 * 1024 * 1024;
const [STORED, DEFLATED] = [0, 8];
/** The version that knows 64-bit sizes, and names in UTF-8. */
const VERSION = 45;
const UTF8 = 0x0800;
/** 1980-01-01 00:00 as DOS has it: the same files make the same archive. */
const [TIME, DAY] = [0, 0x0021];

interface Written {
  name: Buffer;
  method: number;
  crc: number;
  bytes: number;
  compressed: number;
  offset: number;
}

/** Writes the archive; fails where the file is there already. */
export async function writeZip(
  path: string,
  entries: readonly ZipEntry[],
  signal?: AbortSignal,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const written: Written[] = [];
    let offset = 0;
    for (const entry of entries) {
      signal?.throwIfAborted();
      const one = await writeEntry(file, entry, offset);
      written.push(one);
      offset += localHeader(one).length + one.compressed;
    }
    const directory = Buffer.concat(written.map(directoryEntry));
    await file.writeFile(directory);
    await file.writeFile(endOf(written.length, directory.length, offset));
  } finally {
    await file.close();
  }
}

async function writeEntry(file: FileHandle, { name, path }: ZipEntry, offset: number): Promise<Written> {
  const { size } = await stat(path);
  const common = { name: Buffer.from(name, 'utf8'), bytes: size, offset };
  if (size <= MOST_COMPRESSED) {
    const content = await readFile(path);
    const packed = deflateRawSync(content);
    const one = { ...common, method: DEFLATED, crc: crc32(content), compressed: packed.length };
    await file.writeFile(localHeader(one));
    await file.writeFile(packed);
    return one;
  }
  let crc = 0;
  for await (const part of createReadStream(path)) crc = crc32(part as Buffer, crc);
  const one = { ...common, method: STORED, crc, compressed: size };
  await file.writeFile(localHeader(one));
  for await (const part of createReadStream(path)) await file.writeFile(part as Buffer);
  return one;
}

/** What both headers of a file say of it. */
function commonFields({ method, crc, name }: Written, extra: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt16LE(TIME, 6);
  fields.writeUInt16LE(DAY, 8);
  fields.writeUInt32LE(crc, 10);
  // Sizes stand in the extra field, which holds 64 bits of each.
  fields.writeUInt32LE(0xffffffff, 14);
  fields.writeUInt32LE(0xffffffff, 18);
  fields.writeUInt16LE(name.length, 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

function extraOf(...numbers: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * numbers.length, 2);
  numbers.forEach((number, i) => extra.writeBigUInt64LE(BigInt(number), 4 + 8 * i));
  return extra;
}

function localHeader(one: Written): Buffer {
  const extra = extraOf(one.bytes, one.compressed);
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), commonFields(one, extra), one.name, extra]);
}

function directoryEntry(one: Written): Buffer {
  const extra = extraOf(one.bytes, one.compressed, one.offset);
  const version = Buffer.from([VERSION, 3]);
  const rest = Buffer.alloc(14);
  // A regular file that everybody may read, as Unix has it; the offset is in the extra field.
  rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  rest.writeUInt32LE(0xffffffff, 10);
  return Buffer.concat([
    Buffer.from('PK\x01\x02', 'latin1'),
    version,
    commonFields(one, extra),
    rest,
    one.name,
    extra,
  ]);
}

/** The end of the directory with 64 bits, where that is, and the end as everybody knows it. */
function endOf(entries: number, bytes: number, offset: number): Buffer {
  const wide = Buffer.alloc(56);
  wide.write('PK\x06\x06', 'latin1');
  wide.writeBigUInt64LE(44n, 4);
  wide.writeUInt16LE(VERSION, 12);
  wide.writeUInt16LE(VERSION, 14);
  wide.writeBigUInt64LE(BigInt(entries), 24);
  wide.writeBigUInt64LE(BigInt(entries), 32);
  wide.writeBigUInt64LE(BigInt(bytes), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  end.writeUInt32LE(0xffffffff, 12);
  end.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([wide, locator, end]);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Node 20 before 20.15 has none of its own. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
