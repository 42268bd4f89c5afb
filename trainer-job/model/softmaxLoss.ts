/**
 * The softmax cross-entropy of two-tower retrieval, computed over distinct queries and distinct items.
 *
 * A row is a query u and its item i. Every item j that competes has a weight w_j, and Z_u = Σ_j w_j exp(q_u·c_j). The loss of
 * the row is
 *
 *     log D - q_u·c_i - log v_i,    D = Z_u                              own item `among` those that compete,
 *                                   D = Z_u - w_i exp(q_u·c_i) + X       it competes `once`, whatever its weight among them,
 *                                   D = Z_u + X                          it is `added` to them,
 *
 * with X = v_i exp(q_u·c_i).
 *
 * - softmax over the catalogue: w = v = 1 for all items, `among`;
 * - softmax in the batch, items as often as they occur in it: w_j = the number of rows with item j, v = 1, `among`. This equals
 *   the batch × batch formulation with one column per row, exactly. `once` takes the other rows with the row's own item out:
 *   accidental hits;
 * - sampled softmax: w_j = how often item j was drawn, `once` without accidental hits and `added` with them;
 * - with the logQ correction (Yi et al., "Sampling-bias-corrected neural modeling", RecSys 2019; Jean et al., "On using very
 *   large target vocabulary", ACL 2015): w and v both divided by how often the item is expected.
 *
 * With ρ = Z_u / D of a row, its gradients are ρ times those of log Z_u, and -ρ times those of q_u·c_i, in all three cases: so
 * the softmax is computed once per distinct query, and counts as often as the ρ of its rows add up to. The second term touches
 * only the batch's own pairs and is summed on the host. A row counts as often as its row weight says: it is a factor of ρ.
 *
 * With a power p of what competes (Wu et al., "BSL: Understanding and Improving Softmax Loss for Recommendation", ICDE 2024) and label
 * smoothing ε (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016) the loss of the row is
 *
 *     p log D - (1 - ε) (q_u·c_i + log v_i) - ε Σ_j u_j (q_u·c_j + log v_j),
 *
 * u_j being the share of j among all that compete: of log Z_u and q_u·c_i the factors become p ρ and -(1 - ε - p + p ρ).
 */
import { tensorflowOps } from '../backend/tensorflowOps.js';
import { exponentialSums } from './exponentialSums.js';
import { positivePairs, type PositivePairs } from './positivePairs.js';
import { addSmoothing } from './losses/smoothing.js';
import { competingCount, type SoftmaxBatch, type SoftmaxGradients } from './softmaxBatch.js';
import { softmaxSums } from './softmaxSums.js';

/** At most `scoreCapacity` scores of queries and items are held in one matrix, and two such matrices at once. */
export function softmaxLoss(batch: SoftmaxBatch, scoreCapacity: number): SoftmaxGradients {
  const { queries, items, width } = batch;
  const dQueries = new Float32Array(queries.length);
  const own = positivePairs(batch);
  let loss = 0;
  const device = tensorflowOps() ? exponentialSums(batch) : softmaxSums(batch);
  const count = queries.length / width;
  // Queries go in blocks that bound the memory.
  const block = Math.min(device.largestBlock, Math.max(1, Math.floor(scoreCapacity / competingCount(batch))));
  for (let start = 0; start < count; start += block) {
    const end = Math.min(start + block, count);
    const [from, to] = [start * width, end * width];
    const weigh = (logSums: Float32Array, shares: Float32Array) => {
      const weighed = own.weigh(start, logSums, shares);
      loss += weighed.loss;
      return weighed.counts;
    };
    device.add(
      queries.subarray(from, to),
      { pairs: own.pairs(start, end), references: own.references(start, end), weigh },
      dQueries.subarray(from, to),
    );
  }
  const dItems = ofLength(device.end() ?? new Float32Array(), items.length);
  addOwnGradients(batch, own, dQueries, dItems);
  const sum = { loss, dQueries, dItems };
  addSmoothing(batch, batch.labelSmoothing ?? 0, sum);
  return sum;
}

/** What the own scores of the rows have in the gradients beside log Z. */
function addOwnGradients(
  { queries, items, width, rowQuery, rowItem }: SoftmaxBatch,
  { ownTimes }: PositivePairs,
  dQueries: Float32Array,
  dItems: Float32Array,
): void {
  for (let row = 0; row < rowQuery.length; row++) {
    const weight = ownTimes[row]!;
    const c = rowItem[row]! * width;
    let q = rowQuery[row]! * width;
    for (let i = c; i < c + width; i++, q++) {
      dQueries[q]! -= weight * items[i]!;
      dItems[i]! -= weight * queries[q]!;
    }
  }
}

/** `values`, with zeros behind them where they are fewer. */
function ofLength(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values;
  const result = new Float32Array(length);
  result.set(values);
  return result;
}
