import type { FeatureValue, FeatureValues } from '../encode/value.js';

/** An item's id, as the data have it. An id that the data write as a number may be given as one. @public */
export type ItemId = string | number | bigint | boolean;

export interface Recommendation {
  item: string;
  score: number;
}

export interface RecommendOptions {
  /** How many items, 1 or more; 10 unless given. There are fewer where the catalogue has no more. */
  k?: number;
  /** Items that are left out; unknown ones are ignored. */
  exclude?: Iterable<ItemId>;
  /** Whether an item may be recommended; it is asked about those only that would be. */
  where?: (item: string) => boolean;
}

/** A query's values by column, and an item. */
export interface Pair {
  query: FeatureValues;
  item: FeatureValue;
}

/**
 * A trained model. Values are given by column, as a row of the training data has them; a column that is left out, null and
 * undefined are missing values, and unknown values share the row of those that are out of vocabulary. Keys that are no column of
 * the tower, and numbers that cannot be the ids they stand for, throw a `RecommenderError`.
 */
export interface RecommenderModel {
  readonly type: 'retrieval' | 'ranking' | 'hybrid';
  /** Of the vectors. */
  readonly width: number;
  /** The catalogue: ids of the items, the most frequent in training first. */
  readonly items: readonly string[];
  /** The columns that each tower reads. */
  readonly columns: { readonly query: readonly string[]; readonly candidate: readonly string[] };
  /** The items of the highest scores, best first; of equal scores, the more frequent item first. */
  recommend(this: void, query: FeatureValues, options?: RecommendOptions): Recommendation[];
  /**
   * What `recommend` orders by, of each pair: the product of the two vectors or, of a ranking model, the predicted target before
   * calibration. Items that nobody knew in training share one score.
   */
  score(this: void, pairs: readonly Pair[]): number[];
  /** The predicted target of each pair, in its own units, calibrated where the run says so; throws for retrieval models, which predict none. */
  predict(this: void, pairs: readonly Pair[]): number[];
  /** [width] the vector of a query; throws for ranking models, whose scores are no products. */
  embedQuery(this: void, values: FeatureValues): Float32Array;
  /** [width] the vector of an item by its values, known or new; throws for ranking models. */
  embedCandidate(this: void, values: FeatureValues): Float32Array;
}
