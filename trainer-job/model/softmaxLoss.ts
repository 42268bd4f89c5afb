/**
 * The softmax cross-entropy of two-tower retrieval, computed over distinct queries and distinct items.
 *
 * A row b is a query u and its item i. With a weight w_j for every item j that competes, the loss of the row is
 *
 *     log Σ_j w_j exp(q_u·c_j) - q_u·c_i - log v_i
 *
 * - softmax over the catalogue: w = v = 1 for all items;
 * - softmax in the batch, items as often as they occur in it: w_j = the number of rows with item j, v = 1. This equals
 *   the batch × batch formulation with one column per row, exactly;
 * - with the logQ correction (Yi et al., "Sampling-bias-corrected neural modeling", RecSys 2019): both divided by the
 *   item's sampling probability.
 *
 * The first term depends on the query alone, so it is computed once per distinct query and counted as often as the query
 * occurs. Its gradients are products of the softmax with the vectors; the second term touches only the batch's own pairs
 * and is summed on the host.
 */
import { exponentialSums } from './exponentialSums.js';
import { softmaxSums } from './softmaxSums.js';

export interface SoftmaxBatch {
  /** [queries, width] distinct query vectors */
  queries: Float32Array;
  /** [items, width] vectors of the distinct items that compete */
  items: Float32Array;
  width: number;
  /** [rows] position in `queries` of each row */
  rowQuery: Int32Array;
  /** [rows] position in `items` of each row's own item */
  rowItem: Int32Array;
  /** [items] log w; all 0 if left out */
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

/** At most this many scores are held at once: 64 MB a matrix. */
const MAX_SCORES = 16 * 1024 * 1024;

export function softmaxLoss(batch: SoftmaxBatch, maxScores = MAX_SCORES): SoftmaxGradients {
  const own = ownTerm(batch);
  const rowsOfQuery = new Float32Array(batch.queries.length / batch.width);
  for (const query of batch.rowQuery) rowsOfQuery[query]! += 1;
  const competing = competingTerm(batch, rowsOfQuery, own, maxScores);
  return { loss: competing - own.score, dQueries: own.dQueries, dItems: own.dItems };
}

interface OwnTerm {
  score: number;
  dQueries: Float32Array;
  dItems: Float32Array;
}

/** Σ (q·c + log v) over the rows, and the gradients of minus that. */
function ownTerm({ queries, items, width, rowQuery, rowItem, logOwnWeights }: SoftmaxBatch): OwnTerm {
  const dQueries = new Float32Array(queries.length);
  const dItems = new Float32Array(items.length);
  let score = 0;
  for (let row = 0; row < rowQuery.length; row++) {
    const item = rowItem[row]!;
    if (logOwnWeights) score += logOwnWeights[item]!;
    const c = item * width;
    let q = rowQuery[row]! * width;
    for (let i = c; i < c + width; i++, q++) {
      const query = queries[q]!;
      const candidate = items[i]!;
      score += query * candidate;
      dQueries[q]! -= candidate;
      dItems[i]! -= query;
    }
  }
  return { score, dQueries, dItems };
}

/** The items that queries choose among, on the device. */
export interface CompetingItems {
  /**
   * Returns Σ n log Σ w exp(q·c) over `queries` [count, width] that occur n = `counts` times each, and adds its gradients to
   * `dQueries`, of these queries, and `dItems`, of all items.
   */
  add(queries: Float32Array, counts: Float32Array, dQueries: Float32Array, dItems: Float32Array): number;
  dispose(): void;
}

/** Σ log Σ w exp(q·c) over the rows; adds its gradients to `sums`. Queries go in blocks that bound the memory. */
function competingTerm(
  batch: SoftmaxBatch,
  rowsOfQuery: Float32Array,
  sums: OwnTerm,
  maxScores: number,
): number {
  const { queries, items, width } = batch;
  const competing = exponentialSums(batch) ?? softmaxSums(batch);
  const block = Math.max(1, Math.floor(maxScores / (items.length / width)));
  let total = 0;
  for (let start = 0; start < rowsOfQuery.length; start += block) {
    const counts = rowsOfQuery.subarray(start, start + block);
    const end = (start + counts.length) * width;
    const vectors = queries.subarray(start * width, end);
    total += competing.add(vectors, counts, sums.dQueries.subarray(start * width, end), sums.dItems);
  }
  competing.dispose();
  return total;
}
