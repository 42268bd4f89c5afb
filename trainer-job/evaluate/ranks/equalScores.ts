/** Scores that are alike: ranks count only what scores higher, so that a model that tells no items apart would find all of them. */
import { runWarning, type RunWarning } from '@trainyard/shared';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { EvaluationRows } from './evaluationRows.js';

/** So many queries, spread over all, tell how common it is. */
const QUERIES_LOOKED_AT = 200;
/** Fewer of a large catalogue: so many scores take a second at most. */
const SCORES_LOOKED_AT = 4_000_000;
/** Below this share of the rows recall is hardly another one. */
const SHARE = 0.02;

type Scored = Pick<TwoTowerModel, 'width' | 'embed'>;
interface Asked {
  rows: EvaluationRows;
  /** [items, width] */
  itemVectors: Float32Array;
}

/** A warning where the items of many rows share their score, exactly, with other items; none otherwise. */
export function equalScoreWarnings(model: Scored, asked: Asked): RunWarning[] {
  const { looked, equal } = countEqual(model, asked);
  if (equal <= SHARE * looked) return [];
  return [
    runWarning(
      'equal-scores',
      `${equal} of ${looked} test rows that were looked at have an item whose score other items share to the last digit: recall counts it as if it came before all of these`,
      'set the activation of the last layer of both towers to "linear", since vectors with zeros alone score all items alike, lower the learning rate or train longer; until then, do not go by recall',
      { looked, equal },
    ),
  ];
}

function countEqual(model: Scored, { rows, itemVectors: items }: Asked): { looked: number; equal: number } {
  const count = items.length / model.width;
  const most = Math.max(1, Math.min(QUERIES_LOOKED_AT, Math.floor(SCORES_LOOKED_AT / count)));
  const step = Math.max(1, Math.ceil(rows.queries.length / most));
  const places = Array.from({ length: Math.ceil(rows.queries.length / step) }, (_, i) => i * step);
  if (places.length === 0) return { looked: 0, equal: 0 };
  const queries = model.embed(
    'query',
    Int32Array.from(places, (q) => rows.queries[q]!),
  );
  let [looked, equal] = [0, 0];
  for (const [i, q] of places.entries()) {
    const query = queries.subarray(i * model.width, (i + 1) * model.width);
    const times = timesOfScores(query, items);
    for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
      looked += rows.rows[t]!;
      if (times.get(scoreOf(query, items, rows.items[t]! - 1))! > 1) equal += rows.rows[t]!;
    }
  }
  return { looked, equal };
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
