import type { Found } from './best.js';

/** Whether the item at a place may be found; it is asked about those only that would be. */
export type IsWanted = (index: number) => boolean;

/** The items of the highest products with a vector. */
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
