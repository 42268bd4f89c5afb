/** A symmetric matrix of doubles in square tiles: half the memory of a full one, and what is multiplied stays in the cache. */

import { kernelMemory } from './productKernel.js';
import { TILE, type Tile } from './tile.js';

const TILE_BITS = Math.log2(TILE);
const TILE_BYTES = TILE * TILE * Float64Array.BYTES_PER_ELEMENT;

/**
 * Holds the tiles on and above the diagonal; [size, size] is filled up to whole tiles by the unit matrix, which changes neither
 * an inverse nor a product.
 */
export class SymmetricTiles {
  /** Tiles in a row of them. */
  readonly count: number;
  private readonly tiles: readonly Tile[];
  private readonly kernel: ReturnType<typeof kernelMemory>['addProduct'];

  constructor(readonly size: number) {
    this.count = Math.ceil(size / TILE);
    const held = (this.count * (this.count + 1)) / 2;
    // One more for each tile on the diagonal, and one for sums.
    const tiles = held + this.count + 1;
    const { buffer, addProduct } = kernelMemory(tiles * TILE_BYTES);
    this.tiles = Array.from(
      { length: tiles },
      (_, n) => new Float64Array(buffer, n * TILE_BYTES, TILE * TILE),
    );
    this.kernel = addProduct;
    for (let i = size; i < this.count * TILE; i++) this.add(i, i, 1);
  }

  /** The tile of tile row `i` and tile column `j`, `i <= j`. */
  tile(i: number, j: number): Tile {
    return this.tiles[this.position(i, j)]!;
  }

  /** A tile beside the matrix, for what is computed of it: `n` is 0 … `count`. */
  spare(n: number): Tile {
    return this.tiles[(this.count * (this.count + 1)) / 2 + n]!;
  }

  /** Adds sign · Xᵀ Y to `sum`, all of them tiles of this matrix or its spare ones. */
  addProduct(sum: Tile, x: Tile, y: Tile, sign: 1 | -1): void {
    this.kernel(sum.byteOffset, x.byteOffset, y.byteOffset, sign);
  }

  /** Adds to the entry of row `i` and column `j`, and so to that of row `j` and column `i`. */
  add(i: number, j: number, value: number): void {
    const [row, column] = i <= j ? [i, j] : [j, i];
    const tile = this.tile(row >> TILE_BITS, column >> TILE_BITS);
    tile[within(row, column)]! += value;
    // A tile on the diagonal holds both halves.
    if (row >> TILE_BITS === column >> TILE_BITS && row !== column) tile[within(column, row)]! += value;
  }

  /** Adds 1 to the entry of each pair of the indexes, which ascend, and of each with itself. */
  addPairs(indexes: Int32Array): void {
    for (let a = 0; a < indexes.length; a++) {
      const row = indexes[a]!;
      const tileRow = row >> TILE_BITS;
      for (let b = a; b < indexes.length; b++) {
        const column = indexes[b]!;
        const tileColumn = column >> TILE_BITS;
        const tile = this.tile(tileRow, tileColumn);
        tile[within(row, column)]! += 1;
        if (tileRow === tileColumn && row !== column) tile[within(column, row)]! += 1;
      }
    }
  }

  at(i: number, j: number): number {
    const [row, column] = i <= j ? [i, j] : [j, i];
    return this.tile(row >> TILE_BITS, column >> TILE_BITS)[within(row, column)]!;
  }

  private position(i: number, j: number): number {
    return i * this.count - (i * (i - 1)) / 2 + (j - i);
  }
}

/** Where in their tile a row and a column meet. */
function within(row: number, column: number): number {
  return ((row & (TILE - 1)) << TILE_BITS) | (column & (TILE - 1));
}
