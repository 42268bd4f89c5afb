import { describe, expect, it } from 'vitest';
import { maskedCrc32c } from '../../../../data/source/tfrecord/crc32c.js';
import { sortedTable, type TableEntry } from './sortedTable.js';

interface Cursor {
  bytes: Buffer;
  at: number;
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = cursor.bytes.readUInt8(cursor.at++);
    value += (byte % 128) * factor;
    if (byte < 128) return value;
  }
}

/** The entries of the block that a handle points at, as LevelDB's description has them. */
function entriesAt(table: Buffer, handle: Cursor): TableEntry[] {
  const [offset, size] = [varint(handle), varint(handle)];
  expect(table.readUInt32LE(offset + size + 1)).toBe(maskedCrc32c(table, offset, offset + size + 1));
  const block = table.subarray(offset, offset + size);
  const restarts = block.readUInt32LE(size - 4);
  const cursor = { bytes: block.subarray(0, size - 4 * (restarts + 1)), at: 0 };
  const entries: TableEntry[] = [];
  let before = Buffer.alloc(0);
  while (cursor.at < cursor.bytes.length) {
    const [shared, own, length] = [varint(cursor), varint(cursor), varint(cursor)];
    const key = Buffer.concat([
      before.subarray(0, shared),
      cursor.bytes.subarray(cursor.at, (cursor.at += own)),
    ]);
    entries.push({ key, value: cursor.bytes.subarray(cursor.at, (cursor.at += length)) });
    before = key;
  }
  return entries;
}

describe('a sorted table', () => {
  it.each([0, 1, 2, 300, 5000])('of %d entries is read as LevelDB describes it', (count) => {
    const entries = Array.from({ length: count }, (_, i) => ({
      key: Buffer.from(`key ${String(i).padStart(6, '0')}`),
      value: Buffer.alloc(i % 200, i),
    }));
    const table = sortedTable(entries);
    const footer = { bytes: table.subarray(-48), at: 0 };
    expect(footer.bytes.readBigUInt64LE(40)).toBe(0xdb4775248b80fb57n);
    expect(entriesAt(table, footer)).toEqual([]);
    const index = entriesAt(table, footer);
    const found = index.flatMap(({ value }) => entriesAt(table, { bytes: Buffer.from(value), at: 0 }));
    expect(found.map(({ key, value }) => [String(key), Buffer.from(value).toString('hex')])).toEqual(
      entries.map(({ key, value }) => [String(key), value.toString('hex')]),
    );
    const lasts = index.map(({ key }) => String(key));
    expect(lasts.at(-1)).toBe(entries.at(-1) && String(entries.at(-1)!.key));
    expect(lasts).toEqual(lasts.toSorted());
  });
});
