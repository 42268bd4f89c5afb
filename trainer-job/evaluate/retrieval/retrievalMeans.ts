/** Every metric of ranks at every K, by user, in one pass over the ranks. */
import { METRICS, metricName, type MetricSplit } from '@trainyard/shared';
import type { PerUserMean, PerUserMeans } from '../confidence/perUser.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';

/** [users] each: the sums of what a user's rows, or the user, are worth at one K. */
interface SumsAtK {
  k: number;
  recall: Float64Array;
  ndcg: Float64Array;
  hitRate: Float64Array;
  precisionAtK: Float64Array;
  meanAveragePrecision: Float64Array;
  meanReciprocalRank: Float64Array;
}
const AT_K = [
  'recall',
  'ndcg',
  'hitRate',
  'precisionAtK',
  'meanAveragePrecision',
  'meanReciprocalRank',
] as const satisfies readonly (keyof typeof METRICS & keyof SumsAtK)[];

interface Sums {
  atK: readonly SumsAtK[];
  /** Of places, from 1. */
  places: Float64Array;
  weights: Float64Array;
}

/**
 * The metrics of ranks [targets] as means of which each user is a part: over the rows or, with `per: user`, over the users, whose
 * targets then have places of their own (`placesOf`). The mean rank is among them where the split has it: there ranks must be
 * exact, elsewhere up to the largest K. The definitions are those of `shared/metrics/families/retrieval`.
 */
export function retrievalMeans(
  rows: EvaluationRows,
  ranks: Int32Array,
  k: readonly number[],
  split: MetricSplit,
): PerUserMeans {
  const { users, slots } = slotsOf(rows);
  const sums = newSums(users.length, k);
  const add = rows.per === 'row' ? rowAdder(rows, ranks, sums) : userAdder(rows, ranks, sums);
  for (let q = 0; q < slots.length; q++) add(q, slots[q]!);
  const { weights } = sums;
  const means = new Map<string, PerUserMean>();
  for (const family of AT_K) {
    for (const at of sums.atK) {
      means.set(metricName(METRICS[family], split, at.k), { sums: at[family], weights });
    }
  }
  if (isMeasured(METRICS.meanRank.splits, split)) {
    means.set(metricName(METRICS.meanRank, split), { sums: sums.places, weights });
  }
  return { users, means };
}

const isMeasured = (splits: readonly MetricSplit[], split: MetricSplit) => splits.includes(split);

/** The distinct users in the order of their first queries, and [queries] which of them each has. */
function slotsOf({ users }: EvaluationRows): { users: Int32Array; slots: Int32Array } {
  const places = new Map<number, number>();
  const slots = users.map((user) => {
    const slot = places.get(user) ?? places.size;
    places.set(user, slot);
    return slot;
  });
  return { users: Int32Array.from(places.keys()), slots };
}

function newSums(users: number, k: readonly number[]): Sums {
  const zeros = () => new Float64Array(users);
  const atK = k.map((at): SumsAtK => ({
    k: at,
    recall: zeros(),
    ndcg: zeros(),
    hitRate: zeros(),
    precisionAtK: zeros(),
    meanAveragePrecision: zeros(),
    meanReciprocalRank: zeros(),
  }));
  return { atK, places: zeros(), weights: zeros() };
}

type Adder = (query: number, user: number) => void;

/** What a relevant item at a place, from 1, adds to the cumulated gain. */
const gain = (place: number) => 1 / Math.log2(1 + place);

/** Each row has one relevant item. */
function rowAdder(
  { targetStart, rows, catalogue = Infinity }: EvaluationRows,
  ranks: Int32Array,
  sums: Sums,
): Adder {
  return (query, user) => {
    for (let t = targetStart[query]!; t < targetStart[query + 1]!; t++) {
      const place = ranks[t]! + 1;
      const count = rows[t]!;
      sums.weights[user]! += count;
      sums.places[user]! += count * place;
      for (const at of sums.atK) {
        if (place > at.k || place > catalogue) continue;
        at.recall[user]! += count;
        at.hitRate[user]! += count;
        at.precisionAtK[user]! += count / at.k;
        at.ndcg[user]! += count * gain(place);
        at.meanAveragePrecision[user]! += count / place;
        at.meanReciprocalRank[user]! += count / place;
      }
    }
  };
}

/** The targets of a query are the relevant items of its user; a user without any does not count. */
function userAdder(
  { targetStart, catalogue = Infinity }: EvaluationRows,
  ranks: Int32Array,
  sums: Sums,
): Adder {
  const ideal = idealGains(Math.max(...sums.atK.map(({ k }) => k)));
  return (query, user) => {
    const places = ranks.subarray(targetStart[query], targetStart[query + 1]).toSorted();
    const relevant = places.length;
    if (relevant === 0) return;
    sums.weights[user]! += 1;
    let total = 0;
    for (const rank of places) total += rank + 1;
    sums.places[user]! += total / relevant;
    for (const at of sums.atK) {
      addUser(at, user, places, { last: Math.min(at.k, catalogue), ideal: ideal[Math.min(at.k, relevant)]! });
    }
  };
}

/** `ranks` ascend, from 0; up to the place `last` they are found. */
function addUser(
  at: SumsAtK,
  user: number,
  ranks: Int32Array,
  { last, ideal }: { last: number; ideal: number },
): void {
  let [hits, gains, precisions] = [0, 0, 0];
  while (hits < ranks.length && ranks[hits]! < last) {
    const place = ranks[hits]! + 1;
    hits++;
    gains += gain(place);
    precisions += hits / place;
  }
  if (hits === 0) return;
  at.recall[user]! += hits / ranks.length;
  at.hitRate[user]! += 1;
  at.precisionAtK[user]! += hits / at.k;
  at.ndcg[user]! += gains / ideal;
  at.meanAveragePrecision[user]! += precisions / Math.min(at.k, ranks.length);
  at.meanReciprocalRank[user]! += 1 / (ranks[0]! + 1);
}

/** [count + 1] the cumulated gain of a list that begins with so many relevant items. */
function idealGains(count: number): Float64Array {
  const gains = new Float64Array(count + 1);
  for (let place = 1; place <= count; place++) gains[place] = gains[place - 1]! + gain(place);
  return gains;
}
