/** What the softmax loss is computed of; what its parts mean says `softmaxLoss.ts`. */

export interface SoftmaxBatch {
  /** [queries, width] distinct query vectors */
  queries: Float32Array;
  /** [items, width] vectors of distinct items: first those that compete, then the rows' own ones that do not */
  items: Float32Array;
  width: number;
  /** How many of the items compete; all unless given. */
  competing?: number | undefined;
  /** [rows] position in `queries` of each row */
  rowQuery: Int32Array;
  /** [rows] position in `items` of each row's own item */
  rowItem: Int32Array;
  /** [rows] how often each row counts; once each unless given. */
  rowWeights?: Float32Array | undefined;
  /** How a row's own item competes; `among` unless given. `among` needs all own items to compete. */
  own?: 'among' | 'once' | 'added' | undefined;
  /** Of the competing items only so many compete, for each query those of the highest w exp(q·c). Not with `among`. */
  hardest?: number | undefined;
  /** The power p of D in the loss; 1 unless given. */
  negativePower?: number | undefined;
  /** The share ε of the target that goes to all that compete; 0 unless given. Not with `hardest`. */
  labelSmoothing?: number | undefined;
  /** [competing] log w; all 0 if left out */
  logWeights?: Float32Array | undefined;
  /** [items] log v; all 0 if left out */
  logOwnWeights?: Float32Array | undefined;
}

export interface SoftmaxGradients {
  /** Summed over the rows. */
  loss: number;
  /** [queries, width] and [items, width]: the gradients of that sum. */
  dQueries: Float32Array;
  dItems: Float32Array;
}

/** One score of each query, with its weight, by which its other scores are measured. */
export interface References {
  /**
   * The highest weighted score among the query's own items, among those that compete if there are any: a number near log Z_u
   * once a model has learned anything. 0 for a query without rows.
   */
  scores: Float32Array;
  /** [queries] whose score it is; undefined where one of them does not compete. */
  items: Int32Array | undefined;
}

/** Pairs of a query of a block and a competing item. */
export interface Pairs {
  queries: Int32Array;
  items: Int32Array;
}

/** What a block of queries is asked for. */
export interface Block {
  /** `weigh` is told the share of Z_u that each of them has. */
  pairs: Pairs;
  references: References;
  /** Takes log Z_u, returns how often each query counts. */
  weigh(this: void, logSums: Float32Array, shares: Float32Array): Float32Array;
}

/** The items that queries choose among, on the device. */
export interface CompetingItems {
  /**
   * Finds log Z_u of `queries` [count, width], asks `weigh` how often each query counts, and adds the gradients of
   * Σ n_u log Z_u to `dQueries`, of these queries, and to the sum of those of the items.
   */
  add(queries: Float32Array, block: Block, dQueries: Float32Array): void;
  /** [competing, width] the gradients of the items, if any were added. Frees what it holds. */
  end(): Float32Array | undefined;
  /** More queries at a time are no faster. */
  readonly largestBlock: number;
}

export function competingCount({
  items,
  width,
  competing,
}: Pick<SoftmaxBatch, 'items' | 'width' | 'competing'>) {
  return competing ?? items.length / width;
}
