/** A symmetric matrix of doubles in square tiles: half the memory of a full one, and what is multiplied stays in the cache. */

/** Rows and columns of a tile: three of them, 96 KB, are what a product works on. */
export const TILE = 64;

/** A tile is [TILE, TILE], row-major. */
export type Tile = Float64Array;

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
    return this.tiles[i * this.count - (i * (i - 1)) / 2 + (j - i)]!;
  }

  /** Adds to the entry of row `i` and column `j`, and so to that of row `j` and column `i`. */
  add(i: number, j: number, value: number): void {
    const [row, column] = i <= j ? [i, j] : [j, i];
    const [tileRow, tileColumn] = [Math.floor(row / TILE), Math.floor(column / TILE)];
    const tile = this.tile(tileRow, tileColumn);
    const [r, c] = [row - tileRow * TILE, column - tileColumn * TILE];
    tile[r * TILE + c]! += value;
    // A tile on the diagonal holds both halves.
    if (tileRow === tileColumn && r !== c) tile[c * TILE + r]! += value;
  }

  at(i: number, j: number): number {
    const [row, column] = i <= j ? [i, j] : [j, i];
    const [tileRow, tileColumn] = [Math.floor(row / TILE), Math.floor(column / TILE)];
    return this.tile(tileRow, tileColumn)[(row % TILE) * TILE + (column % TILE)]!;
  }
}
