/** Methods that score an item by what the user had: the sum of one row of weights for each. */
import type { Interactions } from '../interactions.js';
import { SymmetricTiles } from './symmetricTiles.js';
import { TILE } from './tile.js';

/** [items][items] what having the first says of the second; item 1 of the catalogue is at 0. */
export type ItemWeights = readonly Float32Array[];

/** XᵀX of the binary interactions, [items, items]: how many users had both. */
export async function coOccurrences(
  { entities, start, items }: Interactions,
  between: () => Promise<void>,
): Promise<SymmetricTiles> {
  const gram = new SymmetricTiles(entities - 1);
  for (let user = 0; user + 1 < start.length; user++) {
    gram.addPairs(items.subarray(start[user], start[user + 1]).map((item) => item - 1));
    await between();
  }
  return gram;
}

/** [size][size] of a symmetric matrix: what `weigh` makes of the entry of each row and column; 0 on the diagonal. */
export async function weightsOf(
  matrix: SymmetricTiles,
  weigh: (value: number, row: number, column: number) => number,
  between: () => Promise<void>,
): Promise<ItemWeights> {
  const weights = Array.from({ length: matrix.size }, () => new Float32Array(matrix.size));
  for (let i = 0; i < matrix.count; i++) {
    for (let j = i; j < matrix.count; j++) {
      const tile = matrix.tile(i, j);
      const rows = Math.min(TILE, matrix.size - i * TILE);
      const columns = Math.min(TILE, matrix.size - j * TILE);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const [row, column, value] = [i * TILE + r, j * TILE + c, tile[r * TILE + c]!];
          if (row === column) continue;
          weights[row]![column] = weigh(value, row, column);
          weights[column]![row] = weigh(value, column, row);
        }
      }
    }
    await between();
  }
  return weights;
}
