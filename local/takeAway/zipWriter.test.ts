import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { crc32, writeZip } from './zipWriter.js';

/** The files of an archive by its directory, as a reader with 64-bit sizes finds them. */
function filesOf(zip: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  const wide = zip.length - 22 - 20 - 56;
  expect(zip.readUInt32LE(wide)).toBe(0x06064b50);
  let at = Number(zip.readBigUInt64LE(wide + 48));
  for (let left = Number(zip.readBigUInt64LE(wide + 32)); left > 0; left--) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const [method, crc] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16)];
    const [nameBytes, extraBytes] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)];
    const name = zip.subarray(at + 46, at + 46 + nameBytes).toString('utf8');
    const extra = at + 46 + nameBytes + 4;
    const [bytes, compressed, offset] = [0, 8, 16].map((from) => Number(zip.readBigUInt64LE(extra + from)));
    expect(zip.readUInt32LE(offset)).toBe(0x04034b50);
    const begin = offset! + 30 + zip.readUInt16LE(offset! + 26) + zip.readUInt16LE(offset! + 28);
    const packed = zip.subarray(begin, begin + compressed!);
    const content = method === 8 ? inflateRawSync(packed) : packed;
    expect([content.length, crc32(content)]).toEqual([bytes, crc]);
    files[name] = Buffer.from(content);
    at = extra - 4 + extraBytes;
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

  it('has the check sums of everybody', () => {
    // https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
