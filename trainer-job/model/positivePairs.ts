/** The rows of a batch as pairs of a query and its own item, query by query: their scores, losses and ρ (see `softmaxLoss`). */
import { competingCount, type Pairs, type References, type SoftmaxBatch } from './softmaxBatch.js';
import { valuesAt } from './valuesAt.js';

export interface PositivePairs {
  /** [rows] how often the gradient of each row's own score counts, once its query has been weighed: its weight times 1 - ε - p + p ρ, ρ = Z / D. */
  ownTimes: Float32Array;
  /** Of the rows of the queries `start` … `end - 1`, counted from `start`, those whose own item competes. */
  pairs(start: number, end: number): Pairs;
  /** Of the queries `start` … `end - 1`. */
  references(start: number, end: number): References;
  /**
   * The summed loss of the rows of the queries from `start` on, one for each of `logSums`, and by query the sum of their p ρ.
   * `shares` of Z are of those `pairs`.
   */
  weigh(start: number, logSums: Float32Array, shares: Float32Array): { loss: number; counts: Float32Array };
}

export function positivePairs(batch: SoftmaxBatch): PositivePairs {
  const { rowQuery, rowItem, rowWeights, logWeights, logOwnWeights } = batch;
  const own = batch.own ?? 'among';
  const { negativePower: power = 1, labelSmoothing: smoothing = 0 } = batch;
  const competing = competingCount(batch);
  const { order, starts } = rowsByQuery(batch);
  const scores = ownScores(batch);
  const ownTimes = new Float32Array(rowQuery.length);

  return {
    ownTimes,
    pairs(start, end) {
      // Without it, ρ is 1 whatever the share.
      const rows = own === 'once' ? order.subarray(starts[start], starts[end]) : new Int32Array();
      const competes = rows.filter((row) => rowItem[row]! < competing);
      return {
        queries: competes.map((row) => rowQuery[row]! - start),
        items: valuesAt(rowItem, competes),
      };
    },
    references(start, end) {
      const items = new Int32Array(end - start);
      const found = new Float32Array(end - start);
      let allCompete = true;
      for (let u = start; u < end; u++) {
        let best = -Infinity;
        let competes = false;
        for (let at = starts[u]!; at < starts[u + 1]!; at++) {
          const row = order[at]!;
          const item = rowItem[row]!;
          const isCompeting = item < competing;
          if (competes && !isCompeting) continue;
          const score = scores[row]! + ((isCompeting ? logWeights : logOwnWeights)?.[item] ?? 0);
          if (competes === isCompeting && score <= best) continue;
          [best, competes] = [score, isCompeting];
          items[u - start] = item;
        }
        if (starts[u] !== starts[u + 1]) found[u - start] = best;
        allCompete &&= competes;
      }
      return { scores: found, items: allCompete ? items : undefined };
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
          const logZ = logSums[u]!;
          let logD = logZ;
          if (own !== 'among') {
            const taken = own === 'once' && item < competing ? shares[share++]! : 0;
            // (Z - w exp(q·c)) / Z: what is taken away may exceed the rest by a rounding error.
            logD = logWithOwn(logZ, Math.max(1 - taken, 0), logOwn);
          }
          const weight = Math.exp(logZ - logD);
          const times = rowWeights?.[row] ?? 1;
          ownTimes[row] = times * (1 - smoothing - power + power * weight);
          loss += times * (power * logD - (1 - smoothing) * logOwn);
          counts[u]! += times * power * weight;
        }
      }
      return { loss, counts };
    },
  };
}

/** The rows ordered by query: those of query u are `order[starts[u]]` … `order[starts[u + 1] - 1]`. */
export function rowsByQuery({
  queries,
  width,
  rowQuery,
}: Pick<SoftmaxBatch, 'queries' | 'width' | 'rowQuery'>): { order: Int32Array; starts: Int32Array } {
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

/** log (rest·Z + X) from log Z and log X, whichever of them is the larger by far. */
function logWithOwn(logZ: number, rest: number, logX: number): number {
  const less = Math.exp(-Math.abs(logX - logZ));
  return logX <= logZ ? logZ + Math.log(rest + less) : logX + Math.log(1 + rest * less);
}
