/**
 * A table of sorted keys in one piece of bytes, as TensorFlow's `tsl/lib/io/table` reads it, which is that of LevelDB
 * (https://github.com/google/leveldb/blob/main/doc/table_format.md): blocks of entries, each with its sum, a block of where blocks lie,
 * and a footer.
 */
import { maskedCrc32c } from '../../../../data/source/tfrecord/crc32c.js';

export interface TableEntry {
  key: Uint8Array;
  value: Uint8Array;
}

/** A block is closed when it has so many bytes. */
const BLOCK_BYTES = 64 * 1024;
const FOOTER_BYTES = 48;
const MAGIC = 0xdb4775248b80fb57n;
const NOT_COMPRESSED = 0;

/** Of entries whose keys ascend. */
export function sortedTable(entries: readonly TableEntry[]): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  const put = (block: Buffer): Buffer => {
    const content = Buffer.concat([block, Buffer.of(NOT_COMPRESSED)]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(maskedCrc32c(content));
    const handle = Buffer.concat([varint(end), varint(block.length)]);
    parts.push(content, sum);
    end += content.length + sum.length;
    return handle;
  };
  const index = blocksOf(entries).map((block) => ({ key: block.at(-1)!.key, value: put(blockOf(block)) }));
  const handles = [put(blockOf([])), put(blockOf(index))];
  const footer = Buffer.alloc(FOOTER_BYTES);
  Buffer.concat(handles).copy(footer);
  footer.writeBigUInt64LE(MAGIC, FOOTER_BYTES - 8);
  return Buffer.concat([...parts, footer]);
}

function blocksOf(entries: readonly TableEntry[]): TableEntry[][] {
  const blocks: TableEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    if (room <= 0) {
      blocks.push([]);
      room = BLOCK_BYTES;
    }
    blocks.at(-1)!.push(entry);
    room -= entry.key.length + entry.value.length;
  }
  return blocks;
}

/** Every entry has its whole key, so that a search may begin at each. */
function blockOf(entries: readonly TableEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  const starts: number[] = [];
  let end = 0;
  for (const { key, value } of entries) {
    starts.push(end);
    const head = Buffer.concat([varint(0), varint(key.length), varint(value.length)]);
    parts.push(head, key, value);
    end += head.length + key.length + value.length;
  }
  // A block has one place where a search begins at least.
  const restarts = starts.length > 0 ? starts : [0];
  return Buffer.concat([...parts, fixed(...restarts, restarts.length)]);
}

function fixed(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
