/**
 * The inverse of a symmetric positive definite matrix A, in place, tile by tile and in double precision, whatever backend
 * trains: A = Uᵀ U (Cholesky), Z = U⁻ᵀ, and A⁻¹ = Zᵀ Z, n³/2 multiplications in all. As in LAPACK's `dpotrf` and `dpotri`, by tiles
 * as in Buttari, Langou, Kurzak and Dongarra, "A class of parallel tiled linear algebra algorithms for multicore architectures",
 * 2009. The three steps are written so that every product of tiles is Xᵀ Y, for which there is one kernel.
 */
import type { SymmetricTiles } from './symmetricTiles.js';
import { TILE, type Tile } from './tile.js';

/** Fails with a `NotPositiveDefiniteError` where a pivot is not above 0. `between` is called after each row of tiles' column. */
export async function invert(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  await cholesky(matrix, between);
  await invertFactor(matrix, between);
  await productOfFactors(matrix, between);
}

/** The rounding of doubles, or the matrix itself, leaves no inverse. */
export class NotPositiveDefiniteError extends Error {
  constructor() {
    super('the matrix is not positive definite');
    this.name = 'NotPositiveDefiniteError';
  }
}

/** A → U above the diagonal; the inverses of U's tiles on it are the spare ones. */
async function cholesky(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  for (let k = 0; k < matrix.count; k++) {
    const inverse = matrix.spare(k);
    inverse.set(inverseOfTriangle(factorOf(matrix.tile(k, k))));
    for (let j = k + 1; j < matrix.count; j++) replaceByProduct(matrix, matrix.tile(k, j), inverse, 1);
    for (let i = k + 1; i < matrix.count; i++) {
      for (let j = i; j < matrix.count; j++) {
        matrix.addProduct(matrix.tile(i, j), matrix.tile(k, i), matrix.tile(k, j), -1);
      }
      await between();
    }
  }
}

/** U → Z = U⁻ᵀ, whose tile of row j and column i lies where U's of row i and column j lay. */
async function invertFactor(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  for (let i = 0; i < matrix.count; i++) {
    transposeInto(matrix.tile(i, i), matrix.spare(i));
    for (let j = i + 1; j < matrix.count; j++) {
      // Z_ji = -U_jj⁻ᵀ Σ U_kjᵀ Z_ki, the sum being over i <= k < j.
      const sum = zeros(matrix);
      for (let k = i; k < j; k++) matrix.addProduct(sum, matrix.tile(k, j), matrix.tile(i, k), 1);
      matrix.tile(i, j).set(sum);
      replaceByProduct(matrix, matrix.tile(i, j), matrix.spare(j), -1);
      await between();
    }
  }
}

/** Z → Zᵀ Z. */
async function productOfFactors(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  for (let i = 0; i < matrix.count; i++) {
    for (let j = i; j < matrix.count; j++) {
      const sum = zeros(matrix);
      for (let k = j; k < matrix.count; k++) matrix.addProduct(sum, matrix.tile(i, k), matrix.tile(j, k), 1);
      matrix.tile(i, j).set(sum);
      await between();
    }
  }
}

/** Y → sign · Xᵀ Y */
function replaceByProduct(matrix: SymmetricTiles, y: Tile, x: Tile, sign: 1 | -1): void {
  const product = zeros(matrix);
  matrix.addProduct(product, x, y, sign);
  y.set(product);
}

/** The spare tile that sums are made in. */
function zeros(matrix: SymmetricTiles): Tile {
  return matrix.spare(matrix.count).fill(0);
}

/** The upper triangle U of a tile Uᵀ U; the rest of what is returned is 0. */
function factorOf(tile: Tile): Tile {
  const u = new Float64Array(TILE * TILE);
  for (let j = 0; j < TILE; j++) {
    for (let i = 0; i <= j; i++) {
      let rest = tile[i * TILE + j]!;
      for (let k = 0; k < i; k++) rest -= u[k * TILE + i]! * u[k * TILE + j]!;
      if (i < j) u[i * TILE + j] = rest / u[i * TILE + i]!;
      else if (rest > 0) u[i * TILE + i] = Math.sqrt(rest);
      else throw new NotPositiveDefiniteError();
    }
  }
  return u;
}

/** Of an upper triangle. */
function inverseOfTriangle(u: Tile): Tile {
  const inverse = new Float64Array(TILE * TILE);
  for (let j = 0; j < TILE; j++) {
    inverse[j * TILE + j] = 1 / u[j * TILE + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += u[i * TILE + k]! * inverse[k * TILE + j]!;
      inverse[i * TILE + j] = -sum / u[i * TILE + i]!;
    }
  }
  return inverse;
}

function transposeInto(target: Tile, source: Tile): void {
  for (let i = 0; i < TILE; i++) {
    for (let j = 0; j < TILE; j++) target[j * TILE + i] = source[i * TILE + j]!;
  }
}
