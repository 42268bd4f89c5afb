/**
 * Exact search that looks at one byte a number first. Each item is a row of int8 codes with a scale of its own; what the codes leave out is no
 * longer than a known length. So each score has an upper bound, by the inequality of Cauchy and Schwarz, and an item whose bound is below
 * the worst of those found cannot be among them: only the others are scored, from their float32 numbers, as `productScores` does.
 */
import { Best, type Found } from './best.js';
import { scanAll, type Measure, type Search } from './blocks.js';
import { codesOf, MOST_QUERIES, paddedItems, type Codes } from './codes.js';
import type { IsWanted, ItemIndex } from './itemIndex.js';
import { plainIndex } from './plainIndex.js';
import { lengthAt } from './productScores.js';

/** Undefined where the machine has no WebAssembly with SIMD, or no room, and for numbers that codes cannot bound. */
export function scannedIndex(vectors: Float32Array, width: number): ItemIndex | undefined {
  const codes = codesOf(vectors, width);
  if (!codes) return undefined;
  const items = vectors.length / width;
  const plain = plainIndex(vectors, width);
  const products: Measure = {
    ...codes.at,
    score: (product) => product,
    normal: (score, length) => score / length,
  };
  const searchBy = (
    measure: Measure,
    queries: readonly Float32Array[],
    k: number,
    isWanted: (row: number) => IsWanted | undefined,
  ) => {
    const searches = queries.map((vector, row): Search => {
      const length = lengthAt(vector, 0, width);
      return { vector, length, best: new Best(k, items), isWanted: isWanted(row) };
    });
    for (let from = 0; from < searches.length; from += MOST_QUERIES) {
      scanAll({ codes, vectors, measure }, searches.slice(from, from + MOST_QUERIES));
    }
    return searches.map(({ best }) => best.drained());
  };
  const isUsual = (vector: Float32Array) => {
    const length = lengthAt(vector, 0, width);
    return length > 1e-30 && length < 1e30;
  };
  const searchMany: ItemIndex['searchMany'] = (queries, k, isWanted) =>
    queries.every(isUsual)
      ? searchBy(products, queries, k, isWanted)
      : plain.searchMany(queries, k, isWanted);
  let cosines: Measure | undefined;
  return {
    search: (vector, k, isWanted) => searchMany([vector], k, () => isWanted)[0]!,
    searchMany,
    nearest(vector, k, isWanted): Found[] {
      if (!isUsual(vector)) return plain.nearest(vector, k, isWanted);
      cosines ??= cosineMeasure(codes, vectors, width);
      return searchBy(cosines, [vector], k, () => isWanted)[0]!;
    },
  };
}

/** Bounds of cosines are those of scores, in parts of the lengths of the items. */
function cosineMeasure({ memory, at }: Codes, vectors: Float32Array, width: number): Measure {
  const items = vectors.length / width;
  const padded = paddedItems(items);
  const scales = memory.buffer.byteLength;
  const slacks = scales + padded * 4;
  memory.grow(Math.ceil((padded * 8) / 65_536));
  new Float32Array(memory.buffer, slacks, padded).fill(-Infinity, items);
  const lengths = Float64Array.from({ length: items }, (_, item) => lengthAt(vectors, item * width, width));
  for (const [from, to] of [
    [at.scales, scales],
    [at.slacks, slacks],
  ] as const) {
    const [own, parts] = [from, to].map((address) => new Float32Array(memory.buffer, address, items));
    for (let i = 0; i < items; i++) parts![i] = lengths[i]! > 0 ? own![i]! / lengths[i]! : 0;
  }
  return {
    scales,
    slacks,
    score: (product, length, item) => (lengths[item]! > 0 ? product / (length * lengths[item]!) : 0),
    normal: (score) => score,
  };
}
