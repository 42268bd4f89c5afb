import type { FeatureValue, FeatureValues } from '../encode/value.js';
import type { IndexAdapter } from '../search/indexAdapter.js';
import type { Attribute } from './attributes.js';

export interface OpenOptions {
  /** How the best items are found; exactly, by looking at all of them, unless given. `hnsw` of `@trainyard/recommender/hnsw` looks at a part. */
  index?: IndexAdapter;
  /** Gives up: `open` rejects with its reason, and downloads end. */
  signal?: AbortSignal;
}

/** An item's id, as the data have it. An id that the data write as a number may be given as one. @public */
export type ItemId = string | number | bigint | boolean;

/** An item of the user's own that a recommendation is like. */
export interface Reason {
  item: string;
  /** The cosine of what the candidate tower made of the two items, -1 … 1. */
  similarity: number;
}

export interface Recommendation {
  item: string;
  score: number;
  /** With `explain`: up to three items that the user already has, the most similar first; none for a user who is unknown. */
  because?: Reason[];
}

/** Values from one to another, both included, either of which may be left out; texts go by their UTF-16 units, as JavaScript has them, and times, which are given as ISO 8601, by what is earlier. */
export interface AttributeRange {
  from?: number | bigint | string;
  to?: number | bigint | string;
}

/** Which items may be recommended. A function is asked about those only that would be. */
export type Where =
  | ((item: string, attributes: Readonly<Record<string, Attribute>>) => boolean)
  /** By attribute, all of which must hold: a value, a list of which one is wanted, or a range; null is a missing value. */
  | Readonly<Record<string, Attribute | bigint | readonly (Attribute | bigint)[] | AttributeRange>>;

export interface SimilarOptions {
  /** How many items, 1 or more; 10 unless given. There are fewer where the catalogue has no more. */
  k?: number;
  /** Items that are left out; unknown ones are ignored. */
  exclude?: Iterable<ItemId>;
  where?: Where;
}

export interface RecommendOptions extends Omit<SimilarOptions, 'exclude'> {
  /** Items that are left out, unknown ones being ignored; `seen` are those that the user already has; an object may have both. */
  exclude?: 'seen' | Iterable<ItemId> | { seen?: boolean; items?: Iterable<ItemId> };
  /** Whether each recommendation says which of the user's own items it is like. */
  explain?: boolean;
}

/** An item that is like another. */
export interface SimilarItem {
  item: string;
  /** The cosine of what the candidate tower made of the two, -1 … 1. */
  score: number;
}

/** A query's values by column, and an item. */
export interface Pair {
  query: FeatureValues;
  item: FeatureValue;
}

/** A row's values as a tower takes them, in the order of its features. */
export interface Encoded {
  /** Rows of the embeddings, a column or more for each feature that has one; -1 is none. `indices` of the graph models in `tfjs/`. */
  readonly indices: Int32Array;
  /** The features that are numbers. `numbers` of the graph models in `tfjs/`. */
  readonly numbers: Float32Array;
  /** `indices` by the name of the feature: what SavedModel takes as `FEATURE_rows`, and ONNX as `FEATURE:rows`. */
  readonly rows: Readonly<Record<string, Int32Array>>;
}

/**
 * A trained model. Values are given by column, as a row of the training data has them; a column that is left out, null and
 * undefined are missing values (but a query of a known user's id alone has the other values of that user's newest training row, where the
 * folder says them), and unknown values share the row of those that are out of vocabulary. Keys that are no column of
 * the tower, and numbers that cannot be the ids they stand for, throw a `RecommenderError`.
 */
export interface RecommenderModel {
  readonly type: 'retrieval' | 'ranking' | 'hybrid';
  /** Whether the files were checked by the folder's manifest; false where it has none, as those of before: files of another run of the same shape would show by nothing. */
  readonly checked: boolean;
  /** Of the vectors. */
  readonly width: number;
  /** The catalogue: ids of the items, the most frequent in training first. */
  readonly items: readonly string[];
  /** The ids of all users whom the folder knows. */
  readonly users: readonly string[];
  /** The columns that each tower reads. */
  readonly columns: { readonly query: readonly string[]; readonly candidate: readonly string[] };
  /** The column of the query tower that says who the user is. */
  readonly userColumn: string;
  /** What is known of the items, by name; none in folders of before. */
  readonly attributes: readonly string[];
  /** The items of the highest scores, best first; of equal scores, the more frequent item first. */
  recommend(this: void, query: FeatureValues, options?: RecommendOptions): Recommendation[];
  /** The same for each of several queries, in less time. */
  recommendMany(
    this: void,
    queries: readonly FeatureValues[],
    options?: RecommendOptions,
  ): Recommendation[][];
  /** The items that are most like one, without it; or like what the values of a new item make of it. */
  similar(this: void, item: ItemId | FeatureValues, options?: SimilarOptions): SimilarItem[];
  /** The items that the user of a query already has, the newest first where the data have times; throws where the folder does not say it. */
  seenBy(this: void, query: FeatureValues): string[];
  /** The values of an item by attribute. */
  attributesOf(this: void, item: ItemId): Readonly<Record<string, Attribute>>;
  /**
   * What `recommend` orders by, of each pair: the product of the two vectors or, of a ranking model, the predicted target before
   * calibration. Items that nobody knew in training share one score.
   */
  score(this: void, pairs: readonly Pair[]): number[];
  /** The predicted target of each pair, in its own units, calibrated where the run says so; throws for retrieval models, which predict none. */
  predict(this: void, pairs: readonly Pair[]): number[];
  /** What the query tower takes of a query, for the model in other formats. */
  encodeQuery(this: void, values: FeatureValues): Encoded;
  /** What the candidate tower takes of an item's values, for the model in other formats. */
  encodeCandidate(this: void, values: FeatureValues): Encoded;
  /** [width] the vector of a query; throws for ranking models, whose scores are no products. */
  embedQuery(this: void, values: FeatureValues): Float32Array;
  /** [width] the vector of an item by its values, known or new; throws for ranking models. */
  embedCandidate(this: void, values: FeatureValues): Float32Array;
}
