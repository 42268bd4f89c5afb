/**
 * Losses of the scores of a row's own item and of each item that it competes with, in pairs: of a query u and its item i
 *
 *     own(x_i) + Σ_j a_j pair(x_j, x_i),    x_j = q_u·c_j,    Σ_j a_j = 1,
 *
 * over the items j ≠ i that compete, a_j in proportion to how often j does. How often it was expected to (logQ) is the softmax's alone. A row
 * whose item competes with nothing else has own(x_i) alone, and counts as often as its row weight says.
 */
import * as tf from '@tensorflow/tfjs-core';
import { DeviceSum } from '../deviceSum.js';
import { matMul, matMulTransposed, readAndDispose, transposedMatMul } from '../matrix.js';
import { rowsByQuery } from '../positivePairs.js';
import { competingCount, type SoftmaxBatch, type SoftmaxGradients } from '../softmaxBatch.js';
import { competingTimes } from './competingTimes.js';

/** A value and its derivatives by the score of the item that competes, and by that of the own one. */
interface PairSlopes {
  value: number;
  byOther: number;
  byOwn: number;
}

export interface PairwiseLoss {
  own(this: void, own: number): { value: number; slope: number };
  /** Written into `slopes`, of which there is one for millions of pairs. */
  pair(this: void, other: number, own: number, slopes: PairSlopes): void;
}

/** At most `scoreCapacity` scores of queries and items are held in one matrix, and two such matrices at once. */
export function pairwiseLoss(
  loss: PairwiseLoss,
  batch: SoftmaxBatch,
  scoreCapacity: number,
): SoftmaxGradients {
  const { queries, items, width } = batch;
  const competing = competingCount(batch);
  const sum: SoftmaxGradients = {
    loss: 0,
    dQueries: new Float32Array(queries.length),
    dItems: new Float32Array(items.length),
  };
  const others = tf.tensor2d(items.subarray(0, competing * width), [competing, width]);
  const ofOthers = new DeviceSum();
  const addRows = rowAdder(loss, batch, sum);
  const count = queries.length / width;
  const block = Math.max(1, Math.floor(scoreCapacity / competing));
  for (let start = 0; start < count; start += block) {
    const end = Math.min(start + block, count);
    const vectors = tf.tensor2d(queries.subarray(start * width, end * width), [end - start, width]);
    const scores = readAndDispose(matMulTransposed(vectors, others));
    const slopes = tf.tensor2d(addRows(start, end, scores), [end - start, competing]);
    addTo(sum.dQueries, start * width, readAndDispose(matMul(slopes, others)));
    ofOthers.add(tf.tidy(() => transposedMatMul(slopes, vectors)));
    tf.dispose([vectors, slopes]);
  }
  others.dispose();
  addTo(sum.dItems, 0, ofOthers.drain() ?? new Float32Array());
  return sum;
}

/**
 * Adds the rows of the queries `start` … `end - 1`, whose `scores` [queries, competing] are given: their loss, and what their own scores have
 * in the gradients. Gives the derivatives by the scores, of the same shape.
 */
function rowAdder(
  loss: PairwiseLoss,
  batch: SoftmaxBatch,
  sum: SoftmaxGradients,
): (start: number, end: number, scores: Float32Array) => Float32Array {
  const { rowItem, rowWeights } = batch;
  const competing = competingCount(batch);
  const { order, starts } = rowsByQuery(batch);
  const times = competingTimes(batch);
  const all = times.reduce((total, value) => total + value, 0);
  const slopes: PairSlopes = { value: 0, byOther: 0, byOwn: 0 };

  return (start, end, scores) => {
    const bySlope = new Float32Array(scores.length);
    for (let query = start; query < end; query++) {
      const from = (query - start) * competing;
      for (let at = starts[query]!; at < starts[query + 1]!; at++) {
        const row = order[at]!;
        const item = rowItem[row]!;
        const weight = rowWeights?.[row] ?? 1;
        const score = ownScore(batch, query, item);
        const own = loss.own(score);
        let [value, byOwn] = [own.value, own.slope];
        const share = 1 / (all - (item < competing ? times[item]! : 0));
        for (let j = 0; j < competing; j++) {
          if (j === item) continue;
          loss.pair(scores[from + j]!, score, slopes);
          const part = times[j]! * share;
          value += part * slopes.value;
          byOwn += part * slopes.byOwn;
          bySlope[from + j]! += weight * part * slopes.byOther;
        }
        sum.loss += weight * value;
        addOwn(batch, { query, item, slope: weight * byOwn }, sum);
      }
    }
    return bySlope;
  };
}

function ownScore({ queries, items, width }: SoftmaxBatch, query: number, item: number): number {
  let score = 0;
  for (let i = 0; i < width; i++) score += queries[query * width + i]! * items[item * width + i]!;
  return score;
}

function addOwn(
  { queries, items, width }: SoftmaxBatch,
  { query, item, slope }: { query: number; item: number; slope: number },
  { dQueries, dItems }: SoftmaxGradients,
): void {
  for (let i = 0; i < width; i++) {
    dQueries[query * width + i]! += slope * items[item * width + i]!;
    dItems[item * width + i]! += slope * queries[query * width + i]!;
  }
}

function addTo(sums: Float32Array, from: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) sums[from + i]! += values[i]!;
}
