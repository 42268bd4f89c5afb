/** An index that looks at a part of the items: those to which a graph of neighbours leads. */
import { Best } from '../search/best.js';
import type { IsWanted, ItemIndex } from '../search/itemIndex.js';
import { lengthAt, productAt } from '../search/productScores.js';
import type { SharedPoints } from './sharedPoints.js';
import { unitQuery } from './unitVectors.js';
import type { Graph } from './usearch.js';

/** For so many of the best `expansionSearch` is meant. */
export const MEASURED_K = 100;
/** A candidate of the graph takes as long as so many items of the exact index, about. */
const ITEMS_PER_CANDIDATE = 64;

/** So many candidates more than are asked for, at least: whether the last of them has equals is seen by those behind it. */
const BEYOND = 10;

/** The most candidates that take less time than looking at all items. */
export function mostCandidates(items: number): number {
  return items / ITEMS_PER_CANDIDATE;
}

export interface HnswParts {
  graph: Pick<Graph, 'search'>;
  /** [items, width] of float32: what is found is scored from these. */
  vectors: Float32Array;
  width: number;
  /** Which items share a point of the graph; null where each has one of its own. */
  shared: SharedPoints | null;
  /** How many candidates are looked at for the 100 best. */
  expansionSearch: number;
  /** Answers what the graph cannot, or not faster: made when it is needed. */
  exact(this: void): ItemIndex;
}

/**
 * Scores, and the order of what is found, are those of the exact index. Where a filter leaves too few candidates, or scores are equal at
 * the last place, more of them are looked at; and all items, as soon as that is no slower. Cosines are looked for among all items.
 */
export function hnswIndex(parts: HnswParts): ItemIndex {
  const { graph, vectors, width, shared, expansionSearch, exact } = parts;
  const items = vectors.length / width;
  const points = shared ? shared.count : items;
  const most = mostCandidates(items);
  const margin = Math.max(1, expansionSearch / MEASURED_K);
  const search: ItemIndex['search'] = (vector, k, isWanted) => {
    const length = lengthAt(vector, 0, width);
    const wantedCount = Math.ceil(Math.min(k, items) * margin);
    let count = Math.max(expansionSearch, wantedCount, k + BEYOND);
    if (length > 1e-30 && length < 1e30) {
      const point = unitQuery(vector, length);
      while (count <= most) {
        const { keys } = graph.search(point, count, 1);
        const { best, wanted, worst } = scored(keys, vector, parts, Math.min(k, items), isWanted);
        const isEnough = wanted >= wantedCount || wanted === keys.length;
        if (keys.length === points || (isEnough && best.threshold > worst)) return best.drained();
        // As many as there would be if the filter left the same share of them all; nothing is known of a share of 0.
        const share = wanted / keys.length;
        count = share > 0 ? Math.max(2 * count, Math.ceil((1.2 * wantedCount) / share)) : Infinity;
      }
    }
    return exact().search(vector, k, isWanted);
  };
  return {
    search,
    searchMany: (queries, k, isWanted) => queries.map((vector, row) => search(vector, k, isWanted(row))),
    nearest: (vector, k, isWanted) => exact().nearest(vector, k, isWanted),
  };
}

/** The best of the candidates that are wanted, how many are, and the lowest score of all candidates: below it, nothing has been looked at. */
function scored(
  keys: BigUint64Array,
  vector: Float32Array,
  { vectors, shared }: Pick<HnswParts, 'vectors' | 'shared'>,
  k: number,
  isWanted: IsWanted | undefined,
) {
  const best = new Best(k, k);
  let [wanted, worst] = [0, Infinity];
  for (const key of keys) {
    const item = Number(key);
    if (shared && shared.starts[item + 1]! > shared.starts[item]! + 1) {
      const { isPointWanted, lowest } = addPoint(item, shared, vectors, vector, best, isWanted);
      worst = Math.min(worst, lowest);
      if (isPointWanted) wanted++;
      continue;
    }
    const score = productAt(vector, vectors, item * vector.length);
    worst = Math.min(worst, score);
    if (isWanted && !isWanted(item)) continue;
    wanted++;
    best.add(item, score);
  }
  return { best, wanted, worst };
}

/** Adds the items that share a point. Their vectors are equal as half floats, and most of them to the last bit. */
function addPoint(
  first: number,
  { starts, members, sameAsBefore }: SharedPoints,
  vectors: Float32Array,
  vector: Float32Array,
  best: Best,
  isWanted: IsWanted | undefined,
): { isPointWanted: boolean; lowest: number } {
  let [score, lowest, isPointWanted] = [0, Infinity, false];
  for (let at = starts[first]!; at < starts[first + 1]!; at++) {
    const item = members[at]!;
    if (sameAsBefore[at] === 0) {
      score = productAt(vector, vectors, item * vector.length);
      lowest = Math.min(lowest, score);
    }
    // The filter is asked until one item is wanted, and then of those only that would be found.
    if (isPointWanted && !best.wouldKeep(item, score)) continue;
    if (isWanted && !isWanted(item)) continue;
    isPointWanted = true;
    best.add(item, score);
  }
  return { isPointWanted, lowest };
}
