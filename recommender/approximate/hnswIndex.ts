/** An index that looks at a part of the items: those to which a graph of neighbours leads. */
import { Best } from '../search/best.js';
import type { IsWanted, ItemIndex } from '../search/itemIndex.js';
import { lengthAt, productAt } from '../search/productScores.js';
import { unitQuery } from './unitVectors.js';
import type { Graph } from './usearch.js';

/** For so many of the best `expansionSearch` is meant. */
export const MEASURED_K = 100;
/** A candidate of the graph takes as long as so many items of the exact index, about. */
const ITEMS_PER_CANDIDATE = 64;

/** So many candidates more than are asked for, at least: whether the last of them has equals is seen by those behind it. */
const BEYOND = 10;

export interface HnswParts {
  graph: Pick<Graph, 'search'>;
  /** [items, width] of float32: what is found is scored from these. */
  vectors: Float32Array;
  width: number;
  /** How many candidates are looked at for the 100 best. */
  expansionSearch: number;
  /** Answers what the graph cannot, or not faster: made when it is needed. */
  exact(this: void): ItemIndex;
}

/**
 * Scores, and the order of what is found, are those of the exact index. Where a filter leaves too few candidates, or scores are equal at
 * the last place, more of them are looked at; and all items, as soon as that is no slower. Cosines are looked for among all items.
 */
export function hnswIndex({ graph, vectors, width, expansionSearch, exact }: HnswParts): ItemIndex {
  const items = vectors.length / width;
  const most = items / ITEMS_PER_CANDIDATE;
  const margin = Math.max(1, expansionSearch / MEASURED_K);
  const search: ItemIndex['search'] = (vector, k, isWanted) => {
    const length = lengthAt(vector, 0, width);
    const wantedCount = Math.ceil(Math.min(k, items) * margin);
    let count = Math.max(expansionSearch, wantedCount, k + BEYOND);
    if (length > 1e-30 && length < 1e30) {
      const point = unitQuery(vector, length);
      while (count <= most) {
        const { keys } = graph.search(point, count, 1);
        const { best, wanted, worst } = scored(keys, vector, vectors, k, isWanted);
        const isEnough = wanted >= wantedCount || (wanted === keys.length && wanted >= k);
        if (isEnough && best.threshold > worst) return best.drained();
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
  vectors: Float32Array,
  k: number,
  isWanted: IsWanted | undefined,
) {
  const best = new Best(k, keys.length);
  let [wanted, worst] = [0, Infinity];
  for (const key of keys) {
    const item = Number(key);
    const score = productAt(vector, vectors, item * vector.length);
    worst = Math.min(worst, score);
    if (isWanted && !isWanted(item)) continue;
    wanted++;
    best.add(item, score);
  }
  return { best, wanted, worst };
}
