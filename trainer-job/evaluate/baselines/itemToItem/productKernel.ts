/**
 * The product of two tiles in WebAssembly with vectors of two doubles: three to four times as fast as the same loop in JavaScript,
 * and to the last bit what it computes.
 */
import {
  all,
  type Code,
  constant,
  get,
  I32_ADD,
  I32_MUL,
  instanceOf,
  load,
  load64Splat,
  moduleOf,
  set,
  store,
  until,
  vector,
  VECTOR_BYTES,
  ZEROS,
} from '../../wasm/assembler.js';
import { TILE } from './tile.js';

/** Adds sign · Xᵀ Y to the tile `sum`; all three are where tiles begin in the memory, in bytes. */
type AddProduct = (sum: number, x: number, y: number, sign: number) => void;

/** Memory of so many bytes, all 0, and the kernel for the tiles in it. */
export function kernelMemory(bytes: number): { buffer: ArrayBuffer; addProduct: AddProduct } {
  const { buffer, functions } = instanceOf<'addProduct'>(MODULE, bytes);
  return { buffer, addProduct: functions.addProduct };
}

const ROW = TILE * Float64Array.BYTES_PER_ELEMENT;
/** So many rows and columns of the product are kept in registers: eight vectors. */
const BLOCK = 4;
const BLOCK_BYTES = BLOCK * Float64Array.BYTES_PER_ELEMENT;

const F64X2_ADD = vector(0xf0);
const F64X2_MUL = vector(0xf2);
const F64X2_SPLAT = vector(0x14);

// The parameters, then the pointers: the block's row and column, where it reads X and Y, where Y ends, where it writes.
const [SUM, X, Y, SIGN, I, J, X_AT, Y_AT, Y_END, SUM_AT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const POINTERS = 6;
// Vectors: the block of the product, two of Y, and one number of X twice.
const [FIRST, Y_LEFT, Y_RIGHT, X_BOTH] = [10, 18, 19, 20];
const VECTORS = 11;
const CELLS = Array.from({ length: BLOCK * 2 }, (_, cell) => ({
  local: FIRST + cell,
  row: Math.floor(cell / 2),
  y: cell % 2 === 0 ? Y_LEFT : Y_RIGHT,
  distance: Math.floor(cell / 2) * ROW + (cell % 2) * VECTOR_BYTES,
}));

const MODULE = moduleOf({
  addProduct: {
    parameters: ['i32', 'i32', 'i32', 'f64'],
    pointers: POINTERS,
    vectors: VECTORS,
    body: until(
      I,
      BLOCK_BYTES,
      constant(ROW),
      all(constant(0), set(J), until(J, BLOCK_BYTES, constant(ROW), blockOfProduct())),
    ),
  },
});

/** The rows from I and the columns from J. */
function blockOfProduct(): Code {
  return all(
    ...CELLS.map(({ local }) => all(ZEROS, set(local))),
    all(get(X), get(I), I32_ADD, set(X_AT)),
    all(get(Y), get(J), I32_ADD, set(Y_AT)),
    all(get(Y_AT), constant(TILE * ROW), I32_ADD, set(Y_END)),
    until(Y_AT, ROW, get(Y_END), rowOfProducts()),
    // I is in bytes of a row: row I / 8 begins at I / 8 · ROW.
    all(get(SUM), get(I), constant(ROW / 8), I32_MUL, I32_ADD, get(J), I32_ADD, set(SUM_AT)),
    ...CELLS.map(({ local, distance }) =>
      all(
        all(get(SUM_AT), get(SUM_AT), load(distance)),
        all(get(SIGN), F64X2_SPLAT, get(local), F64X2_MUL, F64X2_ADD, store(distance)),
      ),
    ),
  );
}

/** What one row of X and of Y add to the block. */
function rowOfProducts(): Code {
  return all(
    all(get(Y_AT), load(0), set(Y_LEFT)),
    all(get(Y_AT), load(VECTOR_BYTES), set(Y_RIGHT)),
    ...CELLS.map(({ local, row, y }) =>
      all(
        y === Y_LEFT ? all(get(X_AT), load64Splat(row * 8), set(X_BOTH)) : [],
        all(get(local), get(X_BOTH), get(y), F64X2_MUL, F64X2_ADD, set(local)),
      ),
    ),
    all(get(X_AT), constant(ROW), I32_ADD, set(X_AT)),
  );
}
