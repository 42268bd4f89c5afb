import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../model/random.js';
import { invert, NotPositiveDefiniteError } from './inverse.js';
import { SymmetricTiles } from './symmetricTiles.js';

/** Gauss and Jordan, with the largest pivot of each column. */
function denseInverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[best]![c]!)) best = r;
    [rows[c], rows[best]] = [rows[best]!, rows[c]!];
    const pivot = rows[c]![c]!;
    rows[c] = rows[c]!.map((value) => value / pivot);
    for (let r = 0; r < n; r++) {
      const factor = rows[r]![c]!;
      if (r !== c && factor !== 0) rows[r] = rows[r]!.map((value, j) => value - factor * rows[c]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

function randomGram(size: number, rows: number, ridge: number): number[][] {
  const random = randomFor(size, 'gram');
  const vectors = Array.from({ length: rows }, () => Array.from({ length: size }, () => random() - 0.3));
  return Array.from({ length: size }, (_, i) =>
    Array.from(
      { length: size },
      (_unused, j) => vectors.reduce((sum, v) => sum + v[i]! * v[j]!, 0) + (i === j ? ridge : 0),
    ),
  );
}

function tiled(matrix: readonly (readonly number[])[]): SymmetricTiles {
  const tiles = new SymmetricTiles(matrix.length);
  matrix.forEach((row, i) => row.forEach((value, j) => i <= j && tiles.add(i, j, value)));
  return tiles;
}

describe('the inverse by tiles', () => {
  it.each([1, 2, 63, 64, 65, 130, 200])(
    'of %i rows equals that of Gauss and Jordan, on both sides of the diagonal',
    async (size) => {
      const matrix = randomGram(size, 30, 0.5);
      const tiles = tiled(matrix);
      let turns = 0;
      await invert(tiles, async () => void turns++);
      const expected = denseInverse(matrix);
      let furthest = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          furthest = Math.max(furthest, Math.abs(tiles.at(i, j) - expected[i]![j]!));
        }
      }
      expect(furthest).toBeLessThan(1e-10);
      expect(turns).toBeGreaterThan(0);
    },
  );

  it('of a matrix that is not positive definite is refused', async () => {
    const singular = [
      [1, 2],
      [2, 4],
    ];
    await expect(invert(tiled(singular), async () => {})).rejects.toThrow(NotPositiveDefiniteError);
    await expect(invert(tiled([[NaN]]), async () => {})).rejects.toThrow(NotPositiveDefiniteError);
  });
});
