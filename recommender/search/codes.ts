/** Vectors as int8 codes in the memory of a WebAssembly module, and what the codes leave out. */
import { lengthAt } from './productScores.js';
import { LANES, MAXIMA, queryBytes, scanCode, SEVERAL, STEP, type ScanExports } from './wasm/scanCode.js';

/** Items whose bounds have room, a multiple of `STEP` and of `LANES`. */
export const MOST_AT_ONCE = 32_768;
/** So many queries have their place in the memory. */
export const MOST_QUERIES = 32;
/** Bytes between the bounds of two queries; not a multiple of 4096, for such addresses push each other out of the cache. */
export const BOUNDS_STRIDE = MOST_AT_ONCE * 4 + 192;
const PAGE = 65_536;
const MOST_BYTES = 65_535 * PAGE;
/** What the arithmetic of float32 may be off, in parts of the product of two lengths. */
const ROUNDING = 2e-6;
/** The scores of vectors of other lengths, 0 but, would leave the range of float32. */
const [SHORTEST, LONGEST] = [1e-15, 1e15];
const LARGEST_CODE = 127;

export interface Codes {
  wasm: ScanExports;
  memory: WasmMemory;
  /** Codes of an item, an even number. */
  row: number;
  /** Of the codes of a query, which go from `-largest` to `largest`. */
  largest: number;
  at: Places;
}

/** Addresses in bytes. An item takes `row` bytes of codes, and four of `scales` and `slacks` each. */
interface Places {
  codes: number;
  scales: number;
  slacks: number;
  queries: number;
  bounds: number;
  maxima: number;
  found: number;
  end: number;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: ScanExports };
  Memory: new (descriptor: { initial: number }) => WasmMemory;
}

/** Undefined where the machine has no WebAssembly with SIMD, or no room, and for numbers that the codes cannot bound. */
export function codesOf(vectors: Float32Array, width: number): Codes | undefined {
  const items = vectors.length / width;
  const row = roundedUp(width, 2);
  const at = placesOf(paddedItems(items), row);
  const made = at.end <= MOST_BYTES ? instanceOf(row, at.end) : undefined;
  if (!made) return undefined;
  const largest = Math.min(32_767, Math.floor(2 ** 31 / (LARGEST_CODE + 1) / row));
  const codes: Codes = { ...made, row, largest, at };
  return encodeAll(vectors, width, codes) ? codes : undefined;
}

/** With those that fill up the last lanes: their bounds are lower than those of any item. */
export const paddedItems = (items: number): number => roundedUp(items, LANES);

function placesOf(padded: number, row: number): Places {
  const scales = roundedUp(padded * row, 16);
  const slacks = scales + padded * 4;
  const queries = slacks + padded * 4;
  const bounds = queries + MOST_QUERIES * queryBytes(row / 2);
  const maxima = bounds + SEVERAL * BOUNDS_STRIDE;
  const found = maxima + (MOST_AT_ONCE / STEP) * MAXIMA * 4;
  // The last item of a call is written, though not counted, beyond the others.
  return {
    codes: 0,
    scales,
    slacks,
    queries,
    bounds,
    maxima,
    found,
    end: found + (MOST_AT_ONCE + LANES) * 4,
  };
}

function instanceOf(row: number, bytes: number): Pick<Codes, 'wasm' | 'memory'> | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: Wasm };
  if (!WebAssembly) return undefined;
  try {
    const module = new WebAssembly.Module(scanCode(row / 2, BOUNDS_STRIDE));
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { wasm: exports, memory };
  } catch {
    // A machine without SIMD, a page whose policy forbids WebAssembly, no memory: the plain index needs none of them.
    return undefined;
  }
}

/**
 * The bound of a score with a query of length 1 whose codes are d and scale s: with item v = scale · c + rest and query q = s · d + missed,
 * q · v = s scale d · c + q · rest + missed · (v - rest). The last two are no larger than the slack.
 */
function encodeAll(vectors: Float32Array, width: number, { memory, row, largest, at }: Codes): boolean {
  const items = vectors.length / width;
  const padded = paddedItems(items);
  const codes = new Int8Array(memory.buffer, at.codes, padded * row);
  const scales = new Float32Array(memory.buffer, at.scales, items);
  const slacks = new Float32Array(memory.buffer, at.slacks, padded).fill(-Infinity, items);
  const missed = Math.sqrt(row) / (2 * largest);
  for (let item = 0; item < items; item++) {
    const from = item * width;
    const length = lengthAt(vectors, from, width);
    if (length === 0) continue;
    if (!(length >= SHORTEST && length <= LONGEST)) return false;
    let most = 0;
    for (let i = from; i < from + width; i++) most = Math.max(most, Math.abs(vectors[i]!));
    scales[item] = most / LARGEST_CODE;
    const scale = scales[item]!;
    const inverse = 1 / scale;
    let rest = 0;
    const to = placeOfItem(item, row);
    for (let i = 0; i < width; i++) {
      const value = vectors[from + i]!;
      const code = ((value * inverse + 1024.5) | 0) - 1024;
      codes[to + (i >>> 1) * (2 * LANES) + (i & 1)] = code;
      const off = value - code * scale;
      rest += off * off;
    }
    slacks[item] = (Math.sqrt(rest) + length * (missed * 1.02 + ROUNDING)) * (1 + 1e-6);
  }
  return true;
}

/** Of the first code of an item: pairs of its codes lie beside those of the others of its group. */
function placeOfItem(item: number, row: number): number {
  return (item - (item % LANES)) * row + (item % LANES) * 2;
}

function roundedUp(count: number, to: number): number {
  return Math.ceil(count / to) * to;
}
