/** Arrays of numbers as files, little-endian, and lists of texts. */
import { endianness } from 'node:os';
import { open, readFile, stat, writeFile } from 'node:fs/promises';

type NumberArray = Int32Array | Float32Array | Float64Array | Uint32Array;
type Kind<T> = { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number };

if (endianness() !== 'LE')
  throw new Error('the files of encoded data are little-endian; this machine is not');

export function bytesOf(array: NumberArray): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Writes the arrays one after the other. */
export async function writeArrays(path: string, ...arrays: readonly NumberArray[]): Promise<void> {
  await writeFile(path, arrays.map(bytesOf));
}

/** Fails when the file does not hold `count` numbers. */
export async function readArray<T extends NumberArray>(
  kind: Kind<T>,
  path: string,
  count: number,
): Promise<T> {
  const content = await readFile(path);
  const bytes = count * kind.BYTES_PER_ELEMENT;
  if (content.byteLength !== bytes) {
    throw new Error(`${path} has ${content.byteLength} bytes instead of ${bytes}`);
  }
  const aligned = content.byteOffset % kind.BYTES_PER_ELEMENT === 0 && content.buffer.byteLength === bytes;
  if (aligned) return new kind(content.buffer);
  const buffer = new ArrayBuffer(bytes);
  new Uint8Array(buffer).set(content);
  return new kind(buffer);
}

/** Fails when a file does not have so many bytes. */
export async function checkSize(path: string, bytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size !== bytes) throw new Error(`${path} has ${size} bytes instead of ${bytes}`);
}

/** The numbers `from` … `from + count - 1` of a file; fails when it does not hold them. */
export async function readPart<T extends NumberArray>(
  kind: Kind<T>,
  path: string,
  from: number,
  count: number,
): Promise<T> {
  const bytes = await readBytes(path, from * kind.BYTES_PER_ELEMENT, count * kind.BYTES_PER_ELEMENT);
  return new kind(bytes.buffer);
}

/** So many bytes of a file from one on; fails when it does not hold them. */
export async function readBytes(path: string, from: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(new ArrayBuffer(count));
  const file = await open(path);
  try {
    for (let filled = 0; filled < count;) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(count - filled, 1 << 30), from + filled);
      if (bytesRead === 0) throw new Error(`${path} ends before byte ${from + count}`);
      filled += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** Texts as the bytes that the recommender's `unpackTexts` reads. */
export function packTexts(texts: readonly string[]): Buffer {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const ends = new Uint32Array(texts.length + 1);
  encoded.forEach((bytes, i) => (ends[i + 1] = ends[i]! + bytes.length));
  return Buffer.concat([bytesOf(ends), ...encoded]);
}
