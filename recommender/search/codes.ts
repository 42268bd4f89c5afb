/** Vectors as int8 codes in the memory of a WebAssembly module, and what the codes leave out. */
import { CHUNK, LANES, scanCode, type Scan } from './wasm/scanCode.js';
import { lengthAt } from './productScores.js';

/** Items of one call of `scan` at most, a multiple of `LANES`. */
export const MOST_AT_ONCE = 8192;
/** So many queries have their place in the memory. */
export const MOST_QUERIES = 32;
const PAGE = 65_536;
const MOST_BYTES = 65_535 * PAGE;
/** What the arithmetic of float32 may be off, in parts of the product of two lengths. */
const ROUNDING = 2e-6;
/** The scores of vectors of other lengths, 0 but, would leave the range of float32. */
const [SHORTEST, LONGEST] = [1e-15, 1e15];
const LARGEST_CODE = 127;

export interface Codes {
  scan: Scan;
  memory: WasmMemory;
  /** Codes of an item. */
  row: number;
  /** Of the codes of a query, which go from `-largest` to `largest`. */
  largest: number;
  /** Addresses in bytes; an item takes `row` bytes of codes, and four of `scales` and `slacks` each. */
  at: { codes: number; scales: number; slacks: number; queries: number; out: number };
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Memory: new (descriptor: { initial: number }) => WasmMemory;
}

/** Undefined where the machine has no WebAssembly with SIMD, or no room, and for numbers that the codes cannot bound. */
export function codesOf(vectors: Float32Array, width: number): Codes | undefined {
  const items = vectors.length / width;
  const row = roundedUp(width, CHUNK);
  const padded = roundedUp(items, LANES);
  const at = placesOf(padded, row);
  const made = at.end <= MOST_BYTES ? instanceOf(row, at.end) : undefined;
  if (!made) return undefined;
  const largest = Math.min(32_767, Math.floor(2 ** 31 / (LARGEST_CODE + 1) / row));
  const codes: Codes = { ...made, row, largest, at };
  return encodeAll(vectors, width, codes) ? codes : undefined;
}

function placesOf(padded: number, row: number) {
  const scales = padded * row;
  const slacks = scales + padded * 4;
  const queries = roundedUp(slacks + padded * 4, 16);
  const out = queries + MOST_QUERIES * row * 2;
  // The last item of a call is written, though not counted, beyond the others.
  return { codes: 0, scales, slacks, queries, out, end: out + (MOST_AT_ONCE + LANES) * 4 };
}

function instanceOf(row: number, bytes: number): Pick<Codes, 'scan' | 'memory'> | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: Wasm };
  if (!WebAssembly) return undefined;
  try {
    const module = new WebAssembly.Module(scanCode(row));
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { scan: exports['scan'] as Scan, memory };
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
  const codes = new Int8Array(memory.buffer, at.codes, items * row);
  const scales = new Float32Array(memory.buffer, at.scales, items);
  const slacks = new Float32Array(memory.buffer, at.slacks, items);
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
    for (let i = from, to = item * row; i < from + width; i++, to++) {
      const value = vectors[i]!;
      const code = ((value * inverse + 1024.5) | 0) - 1024;
      codes[to] = code;
      const off = value - code * scale;
      rest += off * off;
    }
    slacks[item] = (Math.sqrt(rest) + length * (missed * 1.02 + ROUNDING)) * (1 + 1e-6);
  }
  return true;
}

/** Rows of zeros that fill up the last lanes have the bound 0, and are told by their position. */
function roundedUp(count: number, to: number): number {
  return Math.ceil(count / to) * to;
}
