/** The items of the highest products with a vector. */
import { productScores } from './productScores.js';
import { topK, type Found } from './topK.js';

/** Whether the item at a place may be found; it is asked about those only that would be. */
type IsWanted = (index: number) => boolean;

export interface ItemIndex {
  /** The `k` highest products of a vector [width], best first; of equal ones the lower index comes first. */
  search(this: void, vector: Float32Array, k: number, isWanted?: IsWanted): Found[];
  /** The same for several vectors, each with its own wishes. */
  searchMany(
    this: void,
    vectors: readonly Float32Array[],
    k: number,
    isWanted: (row: number) => IsWanted | undefined,
  ): Found[][];
  /** The same by cosine, which is 0 with a vector of zeros. */
  nearest(this: void, vector: Float32Array, k: number, isWanted?: IsWanted): Found[];
}

/** `vectors` is [items, width], row-major. */
export function itemIndex(vectors: Float32Array, width: number): ItemIndex {
  const search: ItemIndex['search'] = (vector, k, isWanted) =>
    topK(productScores(vector, vectors), k, isWanted);
  return {
    search,
    searchMany: (queries, k, isWanted) => queries.map((vector, row) => search(vector, k, isWanted(row))),
    nearest: (vector, k, isWanted) => topK(cosines(vector, vectors, width), k, isWanted),
  };
}

function cosines(vector: Float32Array, vectors: Float32Array, width: number): Float64Array {
  const scores = productScores(vector, vectors);
  const length = Math.hypot(...vector);
  for (let i = 0; i < scores.length; i++) {
    const lengths = length * Math.hypot(...vectors.subarray(i * width, (i + 1) * width));
    scores[i] = lengths > 0 ? scores[i]! / lengths : 0;
  }
  return scores;
}
