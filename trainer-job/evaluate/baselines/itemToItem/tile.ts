/** Rows and columns of a tile: three of them, 96 KB, are what a product works on. */
export const TILE = 2 ** 6;

/** [TILE, TILE], row-major. */
export type Tile = Float64Array;
