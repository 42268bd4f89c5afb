/**
 * The inverse of a symmetric positive definite matrix A, in place, tile by tile and in double precision, whatever backend
 * trains: A = Uᵀ U (Cholesky), Z = U⁻ᵀ, and A⁻¹ = Zᵀ Z, n³/2 multiplications in all. As in LAPACK's `dpotrf` and `dpotri`, by tiles
 * as in Buttari, Langou, Kurzak and Dongarra, "A class of parallel tiled linear algebra algorithms for multicore architectures",
 * 2009. The three steps are written so that every product of tiles is Xᵀ Y, for which there is one kernel.
 */
import { TILE, type SymmetricTiles, type Tile } from './symmetricTiles.js';

/** Fails with a `NotPositiveDefiniteError` where a pivot is not above 0. `between` is called after each row of tiles' column. */
export async function invert(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  const diagonal = await cholesky(matrix, between);
  await invertFactor(matrix, diagonal, between);
  await productOfFactors(matrix, between);
}

/** The rounding of doubles, or the matrix itself, leaves no inverse. */
export class NotPositiveDefiniteError extends Error {
  constructor() {
    super('the matrix is not positive definite');
    this.name = 'NotPositiveDefiniteError';
  }
}

/** A → U, above the diagonal; returns the inverses of U's tiles on it. */
async function cholesky(matrix: SymmetricTiles, between: () => Promise<void>): Promise<Tile[]> {
  const inverses: Tile[] = [];
  for (let k = 0; k < matrix.count; k++) {
    const inverse = inverseOfTriangle(factorOf(matrix.tile(k, k)));
    inverses.push(inverse);
    for (let j = k + 1; j < matrix.count; j++) replaceByProduct(matrix.tile(k, j), inverse, 1);
    for (let i = k + 1; i < matrix.count; i++) {
      for (let j = i; j < matrix.count; j++) {
        addProduct(matrix.tile(i, j), matrix.tile(k, i), matrix.tile(k, j), -1);
      }
      await between();
    }
  }
  return inverses;
}

/** U → Z = U⁻ᵀ, whose tile of row j and column i lies where U's of row i and column j lay. */
async function invertFactor(
  matrix: SymmetricTiles,
  diagonal: readonly Tile[],
  between: () => Promise<void>,
): Promise<void> {
  for (let i = 0; i < matrix.count; i++) {
    transposeInto(matrix.tile(i, i), diagonal[i]!);
    for (let j = i + 1; j < matrix.count; j++) {
      // Z_ji = -U_jj⁻ᵀ Σ U_kjᵀ Z_ki, the sum being over i <= k < j.
      const sum = new Float64Array(TILE * TILE);
      for (let k = i; k < j; k++) addProduct(sum, matrix.tile(k, j), matrix.tile(i, k), 1);
      matrix.tile(i, j).set(sum);
      replaceByProduct(matrix.tile(i, j), diagonal[j]!, -1);
      await between();
    }
  }
}

/** Z → Zᵀ Z. */
async function productOfFactors(matrix: SymmetricTiles, between: () => Promise<void>): Promise<void> {
  for (let i = 0; i < matrix.count; i++) {
    for (let j = i; j < matrix.count; j++) {
      const sum = new Float64Array(TILE * TILE);
      for (let k = j; k < matrix.count; k++) addProduct(sum, matrix.tile(i, k), matrix.tile(j, k), 1);
      matrix.tile(i, j).set(sum);
      await between();
    }
  }
}

/** Y → sign · Xᵀ Y */
function replaceByProduct(y: Tile, x: Tile, sign: 1 | -1): void {
  const product = new Float64Array(TILE * TILE);
  addProduct(product, x, y, sign);
  y.set(product);
}

/** Adds sign · Xᵀ Y to `sum`. Two rows and four columns at a time are kept in registers. */
export function addProduct(sum: Tile, x: Tile, y: Tile, sign: 1 | -1): void {
  for (let i = 0; i < TILE; i += 2) {
    for (let j = 0; j < TILE; j += 4) {
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let k = 0; k < TILE * TILE; k += TILE) {
        const y0 = y[k + j]!;
        const y1 = y[k + j + 1]!;
        const y2 = y[k + j + 2]!;
        const y3 = y[k + j + 3]!;
        const a = x[k + i]!;
        a0 += a * y0;
        a1 += a * y1;
        a2 += a * y2;
        a3 += a * y3;
        const b = x[k + i + 1]!;
        b0 += b * y0;
        b1 += b * y1;
        b2 += b * y2;
        b3 += b * y3;
      }
      const at = i * TILE + j;
      sum[at]! += sign * a0;
      sum[at + 1]! += sign * a1;
      sum[at + 2]! += sign * a2;
      sum[at + 3]! += sign * a3;
      sum[at + TILE]! += sign * b0;
      sum[at + TILE + 1]! += sign * b1;
      sum[at + TILE + 2]! += sign * b2;
      sum[at + TILE + 3]! += sign * b3;
    }
  }
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
