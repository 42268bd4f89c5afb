/**
 * Exact search that looks at one byte a number first. Each item is a row of int8 codes with a scale of its own; what the codes leave out is no
 * longer than a known length. So each score has an upper bound, by the inequality of Cauchy and Schwarz, and an item whose bound is below
 * the worst of those found cannot be among them: only the others are scored, from their float32 numbers, as `productScores` does.
 */
import { Best, type Found } from './best.js';
import { codesOf, MOST_AT_ONCE, MOST_QUERIES, type Codes } from './codes.js';
import type { IsWanted, ItemIndex } from './itemIndex.js';
import { plainIndex } from './plainIndex.js';
import { lengthAt, productsOf } from './productScores.js';
import { LANES } from './wasm/scanCode.js';

/** The first calls take few items, for none is left out before `k` have been found. */
const FIRST_AT_ONCE = 128;
/** So many products are made before they are looked at. */
const AT_ONCE = 64;
const PRODUCTS = new Float64Array(AT_ONCE);

/** Where the scales and slacks are that make bounds of scores, and how a score is made of a product. */
interface Measure {
  scales: number;
  slacks: number;
  /** Of the product of the query, whose length is given, with an item. */
  score(product: number, length: number, item: number): number;
  /** A score in the units of the bounds. */
  normal(score: number, length: number): number;
}

interface Search {
  vector: Float32Array;
  length: number;
  /** What a unit of its codes is. */
  scale: number;
  best: Best;
  isWanted: IsWanted | undefined;
}

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
      return { vector, length, scale: 0, best: new Best(k, items), isWanted: isWanted(row) };
    });
    for (let from = 0; from < searches.length; from += MOST_QUERIES) {
      scanAll(codes, vectors, measure, searches.slice(from, from + MOST_QUERIES));
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

/** Takes all queries over one block of items after the other, which stays in the cache. */
function scanAll(codes: Codes, vectors: Float32Array, measure: Measure, searches: readonly Search[]): void {
  const { scan, memory, row, at } = codes;
  for (const [i, search] of searches.entries()) encodeQuery(codes, search, at.queries + i * row * 2);
  const found = new Uint32Array(memory.buffer, at.out, MOST_AT_ONCE);
  const items = vectors.length / (searches[0]?.vector.length ?? 1);
  let size = FIRST_AT_ONCE;
  for (let first = 0; first < items; first += size) {
    // The worst of the best so far rises with each call: calls of a quarter of what was looked at let fewer items through than doubled ones.
    size = Math.min(Math.max(FIRST_AT_ONCE, (first >>> 2) & -LANES), MOST_AT_ONCE);
    const last = Math.min(first + size, Math.ceil(items / LANES) * LANES);
    for (const [i, search] of searches.entries()) {
      const count = scan(
        at.codes + first * row,
        measure.scales + first * 4,
        measure.slacks + first * 4,
        at.queries + i * row * 2,
        first,
        last,
        lowered(measure.normal(search.best.threshold, search.length)),
        search.scale,
        at.out,
      );
      take(search, vectors, measure, found, count);
    }
  }
}

/** Scores those whose bounds are high enough. */
function take(
  search: Search,
  vectors: Float32Array,
  measure: Measure,
  found: Uint32Array,
  count: number,
): void {
  const { vector, best, isWanted, length } = search;
  const items = vectors.length / vector.length;
  let last = count;
  // What fills up the last lanes is no item.
  while (last > 0 && found[last - 1]! >= items) last--;
  for (let from = 0; from < last; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, last);
    productsOf(vector, vectors, found, from, to, PRODUCTS);
    for (let i = from; i < to; i++) {
      const item = found[i]!;
      const score = measure.score(PRODUCTS[i - from]!, length, item);
      if (best.wouldKeep(item, score) && (!isWanted || isWanted(item))) best.add(item, score);
    }
  }
}

/** The codes of a query as if its length were 1. */
function encodeQuery({ memory, row, largest }: Codes, search: Search, address: number): void {
  const { vector, length } = search;
  const most = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const codes = new Int16Array(memory.buffer, address, row).fill(0);
  vector.forEach((value, i) => (codes[i] = Math.round((value / most) * largest)));
  search.scale = most / largest / length;
}

/** A float32 that is no larger, whatever has been rounded. */
function lowered(threshold: number): number {
  return threshold === -Infinity ? threshold : threshold - Math.abs(threshold) * 1e-6;
}

/** Bounds of cosines are those of scores, in parts of the lengths of the items. */
function cosineMeasure({ memory, at }: Codes, vectors: Float32Array, width: number): Measure {
  const items = vectors.length / width;
  const padded = Math.ceil(items / LANES) * LANES;
  const scales = memory.buffer.byteLength;
  const slacks = scales + padded * 4;
  memory.grow(Math.ceil((padded * 8) / 65_536));
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
