import { closeSync, openSync, readSync } from 'node:fs';
import { totalColumns, type EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import type { EncodedTower, EntityRows } from './encodedDataset.js';

/** What is read at a time: large enough for a disk, small enough that a batch of rows near each other needs few. */
const BLOCK_BYTES = 262_144;

export interface TableFiles {
  /** [entities, columns] little-endian int32 and float32. */
  indices: string;
  numbers: string;
}

/**
 * A tower whose table stays on disk: blocks of entities are read as they are asked for, and the last used ones are kept, in
 * `memoryBytes` at most.
 */
export function towerOnDisk(
  features: readonly EncodedFeature[],
  idFeature: number,
  entities: number,
  files: TableFiles,
  memoryBytes: number,
): EncodedTower {
  const table = new BlockedTable(features, entities, files, memoryBytes);
  const idColumn = totalColumns(features.slice(0, idFeature)).indices;
  return {
    features,
    idFeature,
    entities,
    ids: table.column(idColumn),
    rows: (wanted) => table.rows(wanted),
    // The other half is for the validation and for what a batch has outside its window.
    blocks: { entities: table.blockEntities, together: Math.max(1, Math.floor(table.capacity / 2)) },
  };
}

class BlockedTable {
  readonly blockEntities: number;
  readonly capacity: number;
  private readonly stride: { indices: number; numbers: number };
  /** The least recently used first. */
  private readonly blocks = new Map<number, EntityRows>();

  constructor(
    features: readonly EncodedFeature[],
    private readonly entities: number,
    private readonly files: TableFiles,
    memoryBytes: number,
  ) {
    this.stride = totalColumns(features);
    const entityBytes = 4 * (this.stride.indices + this.stride.numbers);
    this.blockEntities = Math.max(1, Math.floor(BLOCK_BYTES / entityBytes));
    this.capacity = Math.max(2, Math.floor(memoryBytes / (this.blockEntities * entityBytes)));
  }

  rows(wanted: Int32Array): EntityRows {
    const { indices: width, numbers: numberWidth } = this.stride;
    const rows = {
      indices: new Int32Array(wanted.length * width),
      numbers: new Float32Array(wanted.length * numberWidth),
    };
    for (const [number, positions] of this.byBlock(wanted)) {
      const block = this.block(number);
      for (const at of positions) {
        const entity = wanted[at]! - number * this.blockEntities;
        for (let c = 0; c < width; c++) rows.indices[at * width + c] = block.indices[entity * width + c]!;
        for (let c = 0; c < numberWidth; c++) {
          rows.numbers[at * numberWidth + c] = block.numbers[entity * numberWidth + c]!;
        }
      }
    }
    return rows;
  }

  /** [entities] one column of indices, in one pass over the table. */
  column(column: number): Int32Array {
    const values = new Int32Array(this.entities);
    for (let number = 0; number * this.blockEntities < this.entities; number++) {
      const { indices } = this.read(number);
      const first = number * this.blockEntities;
      for (let at = column, entity = first; at < indices.length; at += this.stride.indices) {
        values[entity++] = indices[at]!;
      }
    }
    return values;
  }

  /** Positions in `wanted` by block, so that each block is read once however many of its entities are wanted. */
  private byBlock(wanted: Int32Array): Map<number, number[]> {
    const positions = new Map<number, number[]>();
    wanted.forEach((entity, at) => {
      const number = Math.floor(entity / this.blockEntities);
      const known = positions.get(number);
      if (known) known.push(at);
      else positions.set(number, [at]);
    });
    return positions;
  }

  private block(number: number): EntityRows {
    const kept = this.blocks.get(number);
    if (kept) {
      this.blocks.delete(number);
      this.blocks.set(number, kept);
      return kept;
    }
    const [oldest] = this.blocks.keys();
    if (this.blocks.size >= this.capacity && oldest !== undefined) this.blocks.delete(oldest);
    const block = this.read(number);
    this.blocks.set(number, block);
    return block;
  }

  private read(number: number): EntityRows {
    const first = number * this.blockEntities;
    const count = Math.min(this.blockEntities, this.entities - first);
    const { indices, numbers } = this.stride;
    const rows = { indices: new Int32Array(count * indices), numbers: new Float32Array(count * numbers) };
    readInto(rows.indices, this.files.indices, first * indices * 4);
    readInto(rows.numbers, this.files.numbers, first * numbers * 4);
    return rows;
  }
}

function readInto(array: Int32Array | Float32Array, path: string, position: number): void {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (bytes.length === 0) return;
  const file = openSync(path, 'r');
  try {
    for (let filled = 0; filled < bytes.length;) {
      const read = readSync(file, bytes, filled, bytes.length - filled, position + filled);
      if (read === 0) throw new Error(`${path} ends before byte ${position + bytes.length}`);
      filled += read;
    }
  } finally {
    closeSync(file);
  }
}
