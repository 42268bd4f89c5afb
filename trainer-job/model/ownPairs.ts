/** The rows of a batch as pairs of a query and its own item, query by query: their scores, losses and ρ (see `softmaxLoss`). */
import { competingCount, type Scored, type SoftmaxBatch } from './softmaxBatch.js';

export interface OwnPairs {
  /** [rows] ρ = Z / D of each row times its weight, known once its query has been weighed. */
  rho: Float32Array;
  /** Of the rows of the queries `start` … `end - 1` whose own item competes: place in [end - start, competing]. */
  places(start: number, end: number): Int32Array;
  /** Of the queries `start` … `end - 1` one own item each; undefined where one of them has none that competes. */
  references(start: number, end: number): Scored | undefined;
  /**
   * The summed loss of the rows of the queries from `start` on, one for each of `logSums`, and by query the sum of their ρ.
   * `shares` of Z are of the pairs that `places` named.
   */
  weigh(start: number, logSums: Float32Array, shares: Float32Array): { loss: number; counts: Float32Array };
}

export function ownPairs(batch: SoftmaxBatch): OwnPairs {
  const { rowQuery, rowItem, rowWeights, logWeights, logOwnWeights } = batch;
  const own = batch.own ?? 'among';
  const competing = competingCount(batch);
  const { order, starts } = rowsByQuery(batch);
  const scores = ownScores(batch);
  const rho = rowWeights?.slice() ?? new Float32Array(rowQuery.length).fill(1);

  return {
    rho,
    places(start, end) {
      // Without it, ρ is 1 whatever the share.
      if (own !== 'once') return new Int32Array();
      const rows = order.subarray(starts[start], starts[end]).filter((row) => rowItem[row]! < competing);
      return rows.map((row) => (rowQuery[row]! - start) * competing + rowItem[row]!);
    },
    references(start, end) {
      const found = { places: new Int32Array(end - start), scores: new Float32Array(end - start) };
      for (let u = start; u < end; u++) {
        const row = order[starts[u]!]!;
        const item = rowItem[row]!;
        if (starts[u] === starts[u + 1] || item >= competing) return undefined;
        found.places[u - start] = (u - start) * competing + item;
        found.scores[u - start] = scores[row]! + (logWeights?.[item] ?? 0);
      }
      return found;
    },
    weigh(start, logSums, shares) {
      const counts = new Float32Array(logSums.length);
      let loss = 0;
      let share = 0;
      for (let u = 0; u < logSums.length; u++) {
        for (let at = starts[start + u]!; at < starts[start + u + 1]!; at++) {
          const row = order[at]!;
          const item = rowItem[row]!;
          const logOwn = scores[row]! + (logOwnWeights?.[item] ?? 0);
          let [logSum, weight] = [logSums[u]!, 1];
          if (own !== 'among') {
            const taken = own === 'once' && item < competing ? shares[share++]! : 0;
            // D / Z, never below X / Z: what is taken away may exceed the rest by a rounding error.
            const added = Math.exp(logOwn - logSum);
            const ratio = Math.max(1 - taken, 0) + added;
            [logSum, weight] = [logSum + Math.log(ratio), 1 / ratio];
          }
          const times = rowWeights?.[row] ?? 1;
          rho[row] = times * weight;
          loss += times * (logSum - logOwn);
          counts[u]! += times * weight;
        }
      }
      return { loss, counts };
    },
  };
}

/** The rows ordered by query: those of query u are `order[starts[u]]` … `order[starts[u + 1] - 1]`. */
function rowsByQuery({ queries, width, rowQuery }: SoftmaxBatch): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(queries.length / width + 1);
  for (const query of rowQuery) starts[query + 1]! += 1;
  for (let u = 1; u < starts.length; u++) starts[u]! += starts[u - 1]!;
  const next = starts.slice();
  const order = new Int32Array(rowQuery.length);
  for (let row = 0; row < rowQuery.length; row++) order[next[rowQuery[row]!]!++] = row;
  return { order, starts };
}

/** [rows] q·c of each row's own item. */
function ownScores({ queries, items, width, rowQuery, rowItem }: SoftmaxBatch): Float64Array {
  const scores = new Float64Array(rowQuery.length);
  for (let row = 0; row < rowQuery.length; row++) {
    const c = rowItem[row]! * width;
    let q = rowQuery[row]! * width;
    let score = 0;
    for (let i = c; i < c + width; i++, q++) score += queries[q]! * items[i]!;
    scores[row] = score;
  }
  return scores;
}
