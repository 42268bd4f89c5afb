/** Scores that are alike: ranks count only what scores higher, so that a model that tells no items apart would find all of them. */
import { runWarning, TIED_SHARE, type RunWarning } from '@trainyard/shared';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { EvaluationRows } from './evaluationRows.js';

/** So many queries, spread over all, tell how common it is. */
const QUERIES_LOOKED_AT = 200;
/** Fewer of a large catalogue: so many scores take a second at most. */
const SCORES_LOOKED_AT = 4_000_000;

type Scored = Pick<TwoTowerModel, 'width' | 'embed'>;
interface Asked {
  rows: EvaluationRows;
  /** [items, width] */
  itemVectors: Float32Array;
}

/** Of rows that were looked at. */
interface EqualScores {
  looked: number;
  /** In how many other items share the score of the row's item. */
  equal: number;
  /** In how many that decides whether the item is among the first K of its list, for one K or another. */
  byTies: number;
}

/** A warning where the items of many rows share their score, exactly, with other items; none otherwise. `ks` are those of the lists. */
export function equalScoreWarnings(model: Scored, asked: Asked, ks: readonly number[]): RunWarning[] {
  const { looked, equal, byTies } = countEqual(model, asked, ks);
  if (equal <= TIED_SHARE * looked) return [];
  return [
    runWarning(
      'equal-scores',
      `${equal} of ${looked} test rows that were looked at have an item whose score other items share to the last digit: recall counts it as if it came before all of these`,
      'set the activation of the last layer of both towers to "linear", since vectors with zeros alone score all items alike, lower the learning rate or train longer; until then, do not go by recall',
      { looked, equal, byTies },
    ),
  ];
}

/** Counts in a sample of the queries, spread over all, of `most.scores` scores at most. */
export function countEqual(
  model: Scored,
  { rows, itemVectors: items }: Asked,
  ks: readonly number[],
  most = { queries: QUERIES_LOOKED_AT, scores: SCORES_LOOKED_AT },
): EqualScores {
  const count = items.length / model.width;
  const queriesLookedAt = Math.max(1, Math.min(most.queries, Math.floor(most.scores / count)));
  const step = Math.max(1, Math.ceil(rows.queries.length / queriesLookedAt));
  const places = Array.from({ length: Math.ceil(rows.queries.length / step) }, (_, i) => i * step);
  const found: EqualScores = { looked: 0, equal: 0, byTies: 0 };
  if (places.length === 0) return found;
  const queries = model.embed(
    'query',
    Int32Array.from(places, (q) => rows.queries[q]!),
  );
  for (const [i, q] of places.entries()) {
    const query = queries.subarray(i * model.width, (i + 1) * model.width);
    const times = timesOfScores(query, items);
    for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
      const score = scoreOf(query, items, rows.items[t]! - 1);
      const alike = times.get(score)!;
      found.looked += rows.rows[t]!;
      if (alike === 1) continue;
      found.equal += rows.rows[t]!;
      if (isDecidedByTies(higherThan(score, times), alike, { count, ks })) found.byTies += rows.rows[t]!;
    }
  }
  return found;
}

/** An item behind `higher` others that shares its place with `alike - 1` may come first or last among these. */
function isDecidedByTies(
  higher: number,
  alike: number,
  { count, ks }: { count: number; ks: readonly number[] },
): boolean {
  return 2 * alike > count || ks.some((k) => higher < k && k < higher + alike);
}

function higherThan(score: number, times: ReadonlyMap<number, number>): number {
  let higher = 0;
  for (const [other, alike] of times) if (other > score) higher += alike;
  return higher;
}

function timesOfScores(query: Float32Array, items: Float32Array): Map<number, number> {
  const times = new Map<number, number>();
  for (let item = 0; item < items.length / query.length; item++) {
    const score = scoreOf(query, items, item);
    times.set(score, (times.get(score) ?? 0) + 1);
  }
  return times;
}

/** In doubles: only what is made of the same vectors, or of zeros, is equal. */
function scoreOf(query: Float32Array, items: Float32Array, item: number): number {
  let score = 0;
  for (let c = 0; c < query.length; c++) score += query[c]! * items[item * query.length + c]!;
  return score;
}
