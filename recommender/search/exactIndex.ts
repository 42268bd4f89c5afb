import type { ItemIndex } from './itemIndex.js';
import { plainIndex } from './plainIndex.js';
import { scannedIndex } from './scannedIndex.js';

/** Below, codes would cost more than they save. */
const FEW_NUMBERS = 8192;

/** The exact index: with SIMD where the machine has it. `vectors` is [items, width], row-major. */
export function exactIndex(vectors: Float32Array, width: number): ItemIndex {
  const scanned = vectors.length > FEW_NUMBERS ? scannedIndex(vectors, width) : undefined;
  return scanned ?? plainIndex(vectors, width);
}
