import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { writeZip } from './zipWriter.js';

/** The files of an archive by its directory (APPNOTE 6.3.10, 4.3.12 and 4.3.16), as a reader finds them. */
function filesOf(zip: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const [compressed, bytes, offset] = [20, 24, 42].map((from) => zip.readUInt32LE(at + from));
    const [nameBytes, extraBytes] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)];
    const name = zip.subarray(at + 46, at + 46 + nameBytes).toString('utf8');
    expect(zip.readUInt32LE(offset)).toBe(0x04034b50);
    const begin = offset! + 30 + zip.readUInt16LE(offset! + 26) + zip.readUInt16LE(offset! + 28);
    const packed = zip.subarray(begin, begin + compressed!);
    const content = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed;
    expect(content).toHaveLength(bytes!);
    files[name] = Buffer.from(content);
    at += 46 + nameBytes + extraBytes;
  }
  return files;
}

describe('an archive', () => {
  it('holds small files and large ones, empty ones and names in any script', async () => {
    const folder = await temporaryFolder();
    const contents: Record<string, Buffer> = {
      'shop/a.txt': Buffer.from('a'.repeat(1000)),
      'shop/leer': Buffer.alloc(0),
      'shop/größe/чай.bin': Buffer.from([0, 1, 2]),
      'shop/large.f32': Buffer.alloc(9 * 1024 * 1024, 7),
    };
    const entries = await Promise.all(
      Object.entries(contents).map(async ([name, content], i) => {
        const path = join(folder, String(i));
        await writeFile(path, content);
        return { name, path };
      }),
    );
    await writeZip(join(folder, 'x.zip'), entries);
    const found = filesOf(await readFile(join(folder, 'x.zip')));
    expect(Object.keys(found)).toEqual(Object.keys(contents));
    for (const [name, content] of Object.entries(contents)) expect(found[name]?.equals(content)).toBe(true);
    await expect(writeZip(join(folder, 'x.zip'), [])).rejects.toThrow(/EEXIST/);
  });

  it('is the same again of the same files, and none where a file cannot be read or it is interrupted', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a'), 'a');
    const entries = [{ name: 'a', path: join(folder, 'a') }];
    const to = (name: string) => join(folder, name);
    await writeZip(to('1.zip'), entries);
    await utimes(join(folder, 'a'), 1e9, 1e9);
    await writeZip(to('2.zip'), entries);
    expect((await readFile(to('1.zip'))).equals(await readFile(to('2.zip')))).toBe(true);
    await expect(writeZip(to('3.zip'), [{ name: 'b', path: to('b') }])).rejects.toThrow(/ENOENT/);
    await expect(writeZip(to('4.zip'), [{ name: 'b', path: folder }])).rejects.toThrow(/not a file/);
    await expect(writeZip(to('5.zip'), entries, AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      /abort|stopped/,
    );
  });
});
