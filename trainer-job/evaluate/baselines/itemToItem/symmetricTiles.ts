/** A symmetric matrix of doubles in square tiles: half the memory of a full one, and what is multiplied stays in the cache. */

const TILE_BITS = 6;
/** Rows and columns of a tile: three of them, 96 KB, are what a product works on. */
export const TILE = 2 ** TILE_BITS;

/** A tile is [TILE, TILE], row-major. */
export type Tile = Float64Array;

const RELEASED: Tile = new Float64Array(0);

/**
 * Holds the tiles on and above the diagonal; [size, size] is filled up to whole tiles by the unit matrix, which changes neither
 * an inverse nor a product.
 */
export class SymmetricTiles {
  /** Tiles in a row of them. */
  readonly count: number;
  private readonly tiles: Tile[];

  constructor(readonly size: number) {
    this.count = Math.ceil(size / TILE);
    this.tiles = Array.from(
      { length: (this.count * (this.count + 1)) / 2 },
      () => new Float64Array(TILE * TILE),
    );
    for (let i = size; i < this.count * TILE; i++) this.add(i, i, 1);
  }

  /** The tile of tile row `i` and tile column `j`, `i <= j`. */
  tile(i: number, j: number): Tile {
    return this.tiles[this.position(i, j)]!;
  }

  /** Gives up the memory of a tile, which is not asked for again. */
  release(i: number, j: number): void {
    this.tiles[this.position(i, j)] = RELEASED;
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
