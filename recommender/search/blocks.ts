/** Searches by bounds of scores: block after block of items, and of each the items whose bounds are high enough. */
import type { Best } from './best.js';
import { BOUNDS_STRIDE, MOST_AT_ONCE, paddedItems, type Codes } from './codes.js';
import type { IsWanted } from './itemIndex.js';
import { kthLargest } from './kthLargest.js';
import { productsOf } from './productScores.js';
import { LANES, MAXIMA, queryBytes, SEVERAL, STEP } from './wasm/scanCode.js';

/** Of blocks after the first, in which the best are known nearly: what is wanted of one fits into the nearest cache. */
const LATER_AT_ONCE = 4096;
/** Where nothing is known of what to expect, few items are looked at first, for none is left out before `k` have been found. */
const FIRST_CHUNK = 128;
/** So many products are made before they are looked at. */
const AT_ONCE = 64;
const PRODUCTS = new Float64Array(AT_ONCE);
/** Of so many maxima for each of those sought, few hide another of them; where there are fewer, those sought are at most this share of them. */
const MAXIMA_FOR_EACH = 4;
const LARGEST_SHARE = 0.75;
/** Bounds are above it, but for those of what fills up the last lanes. */
const LOWEST = -3.402_823_466_385_288_6e38;

/** Where the scales and slacks are that make bounds of scores, and how a score is made of a product. */
export interface Measure {
  scales: number;
  slacks: number;
  /** Of the product of the query, whose length is given, with an item. */
  score(product: number, length: number, item: number): number;
  /** A score in the units of the bounds. */
  normal(score: number, length: number): number;
}

export interface Search {
  vector: Float32Array;
  length: number;
  best: Best;
  isWanted: IsWanted | undefined;
}

/** What searches are of. */
interface Space {
  codes: Codes;
  /** [items, width], row-major. */
  vectors: Float32Array;
  measure: Measure;
}

/** The bounds of some items for one query. */
interface Block {
  address: number;
  first: number;
  count: number;
}

/** Takes all queries, `MOST_QUERIES` at most, over one block of items after the other, which stays in the cache. */
export function scanAll(space: Space, searches: readonly Search[]): void {
  const { codes, vectors } = space;
  const { at, row } = codes;
  const bytes = queryBytes(row / 2);
  for (const [i, search] of searches.entries()) encodeQuery(codes, search, at.queries + i * bytes);
  const items = paddedItems(vectors.length / (searches[0]?.vector.length ?? 1));
  for (let first = 0, count = 0; first < items; first += count) {
    count = Math.min(first === 0 ? MOST_AT_ONCE : LATER_AT_ONCE, items - first);
    for (let from = 0; from < searches.length;) {
      const together = searches.length - from < SEVERAL ? 1 : SEVERAL;
      makeBounds(space, first, count, at.queries + from * bytes, together);
      for (let i = 0; i < together; i++) {
        lookAt(space, searches[from + i]!, { address: at.bounds + i * BOUNDS_STRIDE, first, count });
      }
      from += together;
    }
  }
}

function makeBounds(
  { codes: { wasm, row, at }, measure }: Space,
  first: number,
  count: number,
  query: number,
  queries: number,
): void {
  const from = at.codes + first * row;
  const bounds = queries === SEVERAL ? wasm.boundsOfSeveral : wasm.boundsOfOne;
  bounds(from, from + count * row, measure.scales + first * 4, measure.slacks + first * 4, query, at.bounds);
}

/**
 * Scores the items of a block whose bounds are high enough. As long as fewer than `k` have been found, those go first whose bounds are
 * likely to be among the highest: what they score leaves out nearly all others.
 */
function lookAt(space: Space, search: Search, block: Block): void {
  const { best } = search;
  let high = Infinity;
  for (let rank = best.places + (best.places >>> 3) + 2; !best.isFull;) {
    const low = boundOfRank(space.codes, block, rank);
    if (low === LOWEST) break;
    takeBetween(space, search, block, low, high);
    high = low;
    // Filters let a share of the items pass: of more of the highest bounds, as many as are missing.
    rank = Math.ceil(Math.min(rank * 4, (1.25 * rank * best.places) / Math.max(1, best.size)));
  }
  const isKnown = best.isFull;
  for (let from = 0, count = 0; from < block.count; from += count) {
    count = isKnown ? block.count : Math.max(FIRST_CHUNK, (from >>> 2) & -LANES);
    const part = {
      address: block.address + from * 4,
      first: block.first + from,
      count: Math.min(count, block.count - from),
    };
    takeBetween(space, search, part, lowestOf(space.measure, search), high);
  }
}

/** A bound that about `rank` of a block are at least, by the highest of parts of it; `LOWEST` where those tell too little. */
function boundOfRank({ wasm, memory, at }: Codes, { address, count }: Block, rank: number): number {
  const steps = Math.max(1, Math.floor((count * MAXIMA) / STEP / MAXIMA_FOR_EACH / rank));
  const groups = Math.floor(count / STEP / steps);
  if (rank > groups * MAXIMA * LARGEST_SHARE) return LOWEST;
  wasm.maxima(address, groups, steps, at.maxima);
  const maxima = new Float32Array(memory.buffer, at.maxima, groups * MAXIMA);
  return Math.max(LOWEST, kthLargest(maxima, maxima.length, rank));
}

/** What the bounds of items must be at least that may be among the best; lower by more than float32 rounds off. */
function lowestOf(measure: Measure, { best, length }: Search): number {
  const { threshold } = best;
  if (threshold === -Infinity) return LOWEST;
  const normal = measure.normal(threshold, length);
  return Math.max(LOWEST, normal - Math.abs(normal) * 1e-6);
}

/** Scores the items of a block whose bounds are at least `low` and below `high`. */
function takeBetween(
  { codes: { wasm, memory, at }, vectors, measure }: Space,
  { vector, best, isWanted, length }: Search,
  { address, first, count }: Block,
  low: number,
  high: number,
): void {
  const last = wasm.collect(address, address + count * 4, first, low, high, at.found);
  const found = new Uint32Array(memory.buffer, at.found, last);
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

/** The codes of a query as if its length were 1, each pair of them four times over. */
function encodeQuery({ memory, row, largest }: Codes, { vector, length }: Search, address: number): void {
  const most = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  new Float32Array(memory.buffer, address, 4).fill(most / largest / length);
  const codes = new Int16Array(memory.buffer, address + 16, row * 4).fill(0);
  for (let i = 0; i < vector.length; i++) {
    const code = Math.round((vector[i]! / most) * largest);
    const from = (i >>> 1) * 8 + (i & 1);
    for (let lane = 0; lane < 8; lane += 2) codes[from + lane] = code;
  }
}
